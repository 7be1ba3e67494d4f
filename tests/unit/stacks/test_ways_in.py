"""Who gets in besides Identity Center: break-glass users, pipelines, and where sign-ins are seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.config import Configuration
from stacks.choices import ways_in
from stacks.management_member import _sign_in
from stacks.member_choices import global_choices
from stacks.member_global import MemberGlobalStack
from stacks.wiring import Wiring
from tests.composed import Composed, composed, switched_off, switched_on

SIGN_IN = "members-management-sign-in-"


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
    made = Composed(more, _sign_in)
    assert set(made.stacks) == {f"{SIGN_IN}us-east-2", f"{SIGN_IN}ap-southeast-2"}


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
    """These are the ways in: the app has the stacks that this gives, as the next tests see."""
    assert Composed(changed(configuration, "break_glass", **values), ways_in).stacks == {}
    assert set(Composed(configuration, ways_in).stacks) == {"break-glass"}


def test_an_organization_without_them_is_composed_too() -> None:
    assert "break-glass" not in composed(switched_off()).stacks


def test_no_pipeline_gets_in_by_default(configuration: Configuration) -> None:
    assert not [name for name in composed(configuration).stacks if name.startswith("deploy-access")]


def test_deploy_roles_stand_in_the_accounts_that_the_configuration_names() -> None:
    made = composed(switched_on())
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


def test_the_packs_find_nothing_in_the_ways_in(findings: Callable[[cdk.App], list[str]]) -> None:
    """Sign-ins are in every configuration, which the packs judge whole."""
    made = Composed(switched_on(), ways_in)
    assert set(made.stacks) == {
        "break-glass",
        "deploy-access-network",
        "deploy-access-shared-services",
    }
    assert findings(made.app) == []


def test_the_packs_find_nothing_in_the_groups_of_users_without_a_second_factor(
    findings: Callable[[cdk.App], list[str]],
) -> None:
    made = Composed(switched_on(), _roles)
    resources = made.template("members-management")["Resources"].values()
    assert "AWS::IAM::Group" in {row["Type"] for row in resources}
    assert findings(made.app) == []


def _roles(wiring: Wiring) -> MemberGlobalStack:
    return MemberGlobalStack(
        wiring.app,
        "members-management",
        names=wiring.names,
        env=wiring.env(wiring.names.management),
        **global_choices(wiring.configuration),
    )
