"""Who gets in besides Identity Center: break-glass users, pipelines, and where sign-ins are seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.config import Configuration
from baseline.config.iam import DeployRole
from stacks.composition import compose

SIGN_IN = "members-management-sign-in-"
GITHUB = DeployRole(provider="github", repository="example/baseline", environment="production")
GITLAB = DeployRole(provider="gitlab", repository="group/sub/app", branch="main", account="network")


def stacks(app: cdk.App, configuration: Configuration) -> dict[str, cdk.Stack]:
    compose(app, configuration)
    return {child.node.id: child for child in app.node.children if isinstance(child, cdk.Stack)}


def changed(configuration: Configuration, section: str, **values: Any) -> Configuration:
    new = getattr(configuration, section).model_copy(update=values)
    return configuration.model_copy(update={section: new})


def test_the_management_account_forwards_sign_ins_where_they_are_recorded(
    app: cdk.App, configuration: Configuration
) -> None:
    found = stacks(app, configuration)
    regions = {name.removeprefix(SIGN_IN) for name in found if name.startswith(SIGN_IN)}
    assert regions == {"us-east-1", "us-east-2", "eu-north-1", "ap-southeast-2"}
    assert found[f"{SIGN_IN}us-east-2"].region == "us-east-2"


def test_a_governed_region_forwards_sign_ins_already(
    app: cdk.App, configuration: Configuration
) -> None:
    more = configuration.model_copy(
        update={"regions": (*configuration.regions, "us-east-1", "eu-north-1")}
    )
    found = {name for name in stacks(app, more) if name.startswith(SIGN_IN)}
    assert found == {f"{SIGN_IN}us-east-2", f"{SIGN_IN}ap-southeast-2"}


def test_sign_in_regions_need_no_bootstrap_the_home_regions_roles_deploy_there(
    app: cdk.App, configuration: Configuration
) -> None:
    stacks(app, configuration)
    artifact = app.synth().get_stack_by_name("secbase-members-management-sign-in-us-east-1")
    role = "arn:aws:iam::111111111111:role/cdk-secbase-{}-role-111111111111-eu-west-1"
    assert artifact.assume_role_arn == role.format("deploy")
    assert artifact.cloud_formation_execution_role_arn == role.format("cfn-exec")
    assert artifact.requires_bootstrap_stack_version is None
    assert artifact.assets == []


def test_break_glass_users_come_before_the_guardrails(
    app: cdk.App, configuration: Configuration
) -> None:
    found = stacks(app, configuration)
    users = found["break-glass"]
    assert users.account == "111111111111"
    Template.from_stack(users).resource_count_is("AWS::IAM::User", 2)
    later = {each.node.id for each in found["settings"].dependencies}
    assert {"break-glass", f"{SIGN_IN}us-east-1"} <= later


@pytest.mark.parametrize("values", [{"create": False}, {"users": (), "federated_roles": ("Sso",)}])
def test_without_users_of_ours_there_is_no_stack_for_them(
    app: cdk.App, configuration: Configuration, values: dict[str, Any]
) -> None:
    assert "break-glass" not in stacks(app, changed(configuration, "break_glass", **values))


def test_no_pipeline_gets_in_by_default(app: cdk.App, configuration: Configuration) -> None:
    assert not [name for name in stacks(app, configuration) if name.startswith("deploy-access")]


def test_deploy_roles_stand_in_the_accounts_that_the_configuration_names(
    app: cdk.App,
    configuration: Configuration,
    findings: Callable[[cdk.App], list[str]],
) -> None:
    roles = {"baseline": GITHUB, "app": GITLAB}
    found = stacks(app, changed(configuration, "iam", deploy_roles=roles, mfa_group=True))
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
    assert findings_of_ours(findings(app)) == []


def findings_of_ours(lines: list[str]) -> list[str]:
    ours = ("deploy-access", "break-glass", "members-management")
    return [line for line in lines if any(name in line for name in ours)]
