"""Who gets in besides Identity Center: break-glass users, pipelines, and where sign-ins are seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.config import Configuration
from baseline.config.iam import DeployRole
from tests.composed import composed

SIGN_IN = "members-management-sign-in-"
GITHUB = DeployRole(provider="github", repository="example/baseline", environment="production")
GITLAB = DeployRole(provider="gitlab", repository="group/sub/app", branch="main", account="network")


def changed(configuration: Configuration, section: str, **values: Any) -> Configuration:
    new = getattr(configuration, section).model_copy(update=values)
    return configuration.model_copy(update={section: new})


def test_the_management_account_forwards_sign_ins_where_they_are_recorded(
    configuration: Configuration,
) -> None:
    found = composed(configuration).stacks
    regions = {name.removeprefix(SIGN_IN) for name in found if name.startswith(SIGN_IN)}
    assert regions == {"us-east-1", "us-east-2", "eu-north-1", "ap-southeast-2"}
    assert found[f"{SIGN_IN}us-east-2"].region == "us-east-2"


def test_a_governed_region_forwards_sign_ins_already(configuration: Configuration) -> None:
    more = configuration.model_copy(
        update={"regions": (*configuration.regions, "us-east-1", "eu-north-1")}
    )
    found = {name for name in composed(more).stacks if name.startswith(SIGN_IN)}
    assert found == {f"{SIGN_IN}us-east-2", f"{SIGN_IN}ap-southeast-2"}


def test_sign_in_regions_need_no_bootstrap_the_home_regions_roles_deploy_there(
    configuration: Configuration,
) -> None:
    artifact = (
        composed(configuration)
        .app.synth()
        .get_stack_by_name("secbase-members-management-sign-in-us-east-1")
    )
    role = "arn:aws:iam::111111111111:role/cdk-secbase-{}-role-111111111111-eu-west-1"
    assert artifact.assume_role_arn == role.format("deploy")
    assert artifact.cloud_formation_execution_role_arn == role.format("cfn-exec")
    assert artifact.requires_bootstrap_stack_version is None
    assert artifact.assets == []


def test_break_glass_users_come_before_the_guardrails(configuration: Configuration) -> None:
    found = composed(configuration).stacks
    users = found["break-glass"]
    assert users.account == "111111111111"
    Template.from_stack(users).resource_count_is("AWS::IAM::User", 2)
    later = {each.node.id for each in found["settings"].dependencies}
    assert {"break-glass", f"{SIGN_IN}us-east-1"} <= later


@pytest.mark.parametrize("values", [{"create": False}, {"users": (), "federated_roles": ("Sso",)}])
def test_without_users_of_ours_there_is_no_stack_for_them(
    configuration: Configuration, values: dict[str, Any]
) -> None:
    assert "break-glass" not in composed(changed(configuration, "break_glass", **values)).stacks


def test_no_pipeline_gets_in_by_default(configuration: Configuration) -> None:
    assert not [name for name in composed(configuration).stacks if name.startswith("deploy-access")]


def test_deploy_roles_stand_in_the_accounts_that_the_configuration_names(
    configuration: Configuration,
    findings: Callable[[cdk.App], list[str]],
) -> None:
    roles = {"baseline": GITHUB, "app": GITLAB}
    made = composed(changed(configuration, "iam", deploy_roles=roles, mfa_group=True))
    found = made.stacks
    shared, network = found["deploy-access-shared-services"], found["deploy-access-network"]
    assert (shared.account, network.account) == ("999999999999", "444444444444")
    template = Template.from_stack(shared)
    template.resource_count_is("AWS::IAM::OIDCProvider", 1)
    template.has_resource_properties("AWS::IAM::Role", {"RoleName": "secbase-deploy-baseline"})
    trust = Template.from_stack(network).find_resources("AWS::IAM::Role").values()
    (role,) = trust
    conditions = role["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]
    assert conditions["StringEquals"]["gitlab.com:sub"] == (
        "project_path:group/sub/app:ref_type:branch:ref:main"
    )
    assert findings_of_ours(findings(made.app)) == []


def findings_of_ours(lines: list[str]) -> list[str]:
    ours = ("deploy-access", "break-glass", "members-management")
    return [line for line in lines if any(name in line for name in ours)]
