from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.config import Configuration, Names
from baseline.config.quotas import TEMPLATE_INLINE_BYTES
from baseline.primitives.protection_tag import mark_protected
from stacks.member_global import MemberGlobalStack
from stacks.member_regional import MemberRegionalStack
from stacks.member_sign_in import MemberSignInStack
from stacks.members import MembersStack
from tests.support import CONTEXT

BOOTSTRAP = ("Parameters", "Rules")
STACKS: dict[str, type[MemberGlobalStack | MemberRegionalStack | MemberSignInStack]] = {
    "secbase-member-global": MemberGlobalStack,
    "secbase-member-regional": MemberRegionalStack,
    "secbase-member-sign-in": MemberSignInStack,
}


def stack_sets(
    app: cdk.App, configuration: Configuration, environment: cdk.Environment
) -> dict[str, dict[str, Any]]:
    """Give the properties of the StackSets by name."""
    stack = MembersStack(
        app,
        "members",
        configuration=configuration,
        names=Names.of(configuration),
        env=environment,
    )
    found = assertions.Template.from_stack(stack).find_resources("AWS::CloudFormation::StackSet")
    return {
        resource["Properties"]["StackSetName"]: resource["Properties"]
        for resource in found.values()
    }


@pytest.fixture
def sets(
    app: cdk.App, configuration: Configuration, management_environment: cdk.Environment
) -> dict[str, dict[str, Any]]:
    return stack_sets(app, configuration, management_environment)


@pytest.mark.parametrize("kind", STACKS.values())
def test_no_finding_is_left_in_a_member_stack(
    app: cdk.App,
    names: Names,
    management_environment: cdk.Environment,
    findings: Callable[[cdk.App], list[str]],
    kind: type[MemberGlobalStack | MemberRegionalStack | MemberSignInStack],
) -> None:
    kind(app, "stack", names=names, env=management_environment)
    assert findings(app) == []


@pytest.mark.usefixtures("sets")
def test_no_finding_is_left(app: cdk.App, findings: Callable[[cdk.App], list[str]]) -> None:
    assert findings(app) == []


def test_roles_go_to_the_home_region_and_the_rest_to_every_governed_one(
    sets: dict[str, dict[str, Any]],
) -> None:
    regions = {
        name: properties["StackInstancesGroup"][0]["Regions"] for name, properties in sets.items()
    }
    assert regions == {
        "secbase-member-global": ["eu-west-1"],
        "secbase-member-patching": ["eu-west-1", "eu-central-1"],
        "secbase-member-regional": ["eu-west-1", "eu-central-1"],
        "secbase-member-response": ["eu-west-1"],
        "secbase-member-sign-in": ["us-east-1"],
    }
    assert all(
        group["DeploymentTargets"] == {"OrganizationalUnitIds": ["r-exam"]}
        for properties in sets.values()
        for group in properties["StackInstancesGroup"]
    )


def test_the_roles_come_first_in_every_account(sets: dict[str, dict[str, Any]]) -> None:
    assert "DependsOn" not in sets["secbase-member-global"]["AutoDeployment"]
    (first,) = sets["secbase-member-regional"]["AutoDeployment"]["DependsOn"]
    assert "GlobalStackSet" in str(first)
    first, second = sets["secbase-member-patching"]["AutoDeployment"]["DependsOn"]
    assert "GlobalStackSet" in str(first)
    assert "RegionalStackSet" in str(second)


def test_only_the_roles_need_an_iam_capability(sets: dict[str, dict[str, Any]]) -> None:
    assert sets["secbase-member-global"]["Capabilities"] == ["CAPABILITY_NAMED_IAM"]
    for name in ("secbase-member-regional", "secbase-member-patching"):
        assert "Capabilities" not in sets[name]


@pytest.mark.parametrize("name", STACKS)
def test_members_get_what_the_management_account_gets(
    sets: dict[str, dict[str, Any]],
    names: Names,
    management_environment: cdk.Environment,
    name: str,
) -> None:
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    stack = STACKS[name](app, "stack", names=names, env=management_environment)
    mark_protected(app)
    ordinary = dict(assertions.Template.from_stack(stack).to_json())
    for key in BOOTSTRAP:
        ordinary.pop(key, None)
    assert json.loads(sets[name]["TemplateBody"]) == ordinary


@pytest.mark.parametrize("kind", STACKS.values())
def test_a_template_is_the_same_for_every_account_and_region(
    names: Names, kind: type[MemberGlobalStack | MemberRegionalStack | MemberSignInStack]
) -> None:
    environments = [
        cdk.Environment(account="111111111111", region="eu-west-1"),
        cdk.Environment(account="555555555555", region="eu-central-1"),
        None,
    ]
    templates = [
        assertions.Template.from_stack(
            kind(cdk.App(context=CONTEXT), "stack", names=names, env=env)
        ).to_json()
        for env in environments
    ]
    assert templates[0] == templates[1] == templates[2]


@pytest.mark.parametrize("name", STACKS)
def test_a_template_fits_inline_and_needs_nothing_from_elsewhere(
    sets: dict[str, dict[str, Any]], name: str
) -> None:
    body = sets[name]["TemplateBody"]
    template = json.loads(body)
    assert len(body.encode()) < TEMPLATE_INLINE_BYTES
    assert not {"Transform", "Parameters", "Rules", "Outputs"} & set(template)
    kinds = {resource["Type"] for resource in template["Resources"].values()}
    assert not any(kind.startswith(("AWS::Lambda::", "Custom::")) for kind in kinds)
    assert "AWS::CloudFormation::CustomResource" not in kinds


def test_another_region_changes_a_list_only(
    configuration: Configuration, management_environment: cdk.Environment
) -> None:
    more = configuration.model_copy(update={"regions": (*configuration.regions, "eu-west-3")})
    before = stack_sets(cdk.App(context=CONTEXT), configuration, management_environment)
    after = stack_sets(cdk.App(context=CONTEXT), more, management_environment)
    for name in STACKS:
        assert before[name]["TemplateBody"] == after[name]["TemplateBody"]
    assert before["secbase-member-global"] == after["secbase-member-global"]
    assert after["secbase-member-regional"]["StackInstancesGroup"][0]["Regions"] == [
        "eu-west-1",
        "eu-central-1",
        "eu-west-3",
    ]


def test_where_north_virginia_is_governed_sign_ins_need_no_stack_set_of_their_own(
    configuration: Configuration, management_environment: cdk.Environment
) -> None:
    more = configuration.model_copy(update={"regions": (*configuration.regions, "us-east-1")})
    sets = stack_sets(cdk.App(context=CONTEXT), more, management_environment)
    assert set(sets) == {
        "secbase-member-global",
        "secbase-member-patching",
        "secbase-member-regional",
        "secbase-member-response",
    }
    rules = json.loads(sets["secbase-member-regional"]["TemplateBody"])["Resources"].values()
    named = {rule["Properties"].get("Name") for rule in rules}
    assert {"secbase-forward-root-activity", "secbase-forward-break-glass-role"} <= named


def test_an_adopted_emergency_role_is_not_made(
    app: cdk.App, configuration: Configuration, management_environment: cdk.Environment
) -> None:
    adopted = configuration.break_glass.model_copy(update={"create": False, "role": "Rescue"})
    changed = configuration.model_copy(update={"break_glass": adopted})
    sets = stack_sets(app, changed, management_environment)
    body = sets["secbase-member-global"]["TemplateBody"]
    names = {
        resource["Properties"].get("RoleName")
        for resource in json.loads(body)["Resources"].values()
    }
    assert not names & {"Rescue", "OrgBreakGlass"}
    assert ":role/Rescue" in sets["secbase-member-sign-in"]["TemplateBody"]
    assert ":role/Rescue" in body  # the boundary keeps it


@pytest.mark.parametrize("wanted", [False, True])
def test_the_group_for_users_is_made_where_it_is_wanted(
    app: cdk.App,
    configuration: Configuration,
    management_environment: cdk.Environment,
    wanted: bool,
) -> None:
    iam = configuration.iam.model_copy(update={"mfa_group": wanted})
    changed = configuration.model_copy(update={"iam": iam})
    body = stack_sets(app, changed, management_environment)["secbase-member-global"]["TemplateBody"]
    assert ("secbase-second-factor" in body) is wanted


def test_no_recorder_where_config_is_off(
    app: cdk.App, configuration: Configuration, management_environment: cdk.Environment
) -> None:
    off = configuration.capabilities.model_copy(
        update={"config": configuration.capabilities.config.model_copy(update={"enabled": False})}
    )
    changed = configuration.model_copy(update={"capabilities": off})
    sets = stack_sets(app, changed, management_environment)
    body = json.loads(sets["secbase-member-regional"]["TemplateBody"])
    kinds = {resource["Type"] for resource in body["Resources"].values()}
    assert "AWS::Events::Rule" in kinds
    assert not {kind for kind in kinds if kind.startswith("AWS::Config::")}


def with_settings(configuration: Configuration, **sections: dict[str, Any]) -> Configuration:
    """Give a configuration with changed sections, checked as a file is."""
    document = configuration.model_dump()
    for name, changes in sections.items():
        document[name] |= changes
    return Configuration.model_validate(document)


def kinds_of(sets: dict[str, dict[str, Any]], name: str) -> list[str]:
    body = json.loads(sets[name]["TemplateBody"])
    return [resource["Type"] for resource in body["Resources"].values()]


def test_ssm_6_ssm_7_every_account_gets_systems_manager_and_inventory(
    sets: dict[str, dict[str, Any]],
) -> None:
    kinds = kinds_of(sets, "secbase-member-regional")
    assert kinds.count("AWS::SSM::ServiceSetting") == 3
    assert {"AWS::SSM::Association", "AWS::SSM::ResourceDataSync"} <= set(kinds)
    assert "secbase-host-management" in sets["secbase-member-global"]["TemplateBody"]


def test_systems_manager_is_left_alone_where_it_is_off(
    app: cdk.App, configuration: Configuration, management_environment: cdk.Environment
) -> None:
    switches = dict.fromkeys(configuration.systems_manager.model_dump(), False)
    changed = with_settings(configuration, systems_manager=switches)
    sets = stack_sets(app, changed, management_environment)
    assert not [
        kind for kind in kinds_of(sets, "secbase-member-regional") if kind.startswith("AWS::SSM::")
    ]
    assert "secbase-host-management" not in sets["secbase-member-global"]["TemplateBody"]


def test_sessions_are_not_recorded_by_default(sets: dict[str, dict[str, Any]]) -> None:
    assert "AWS::KMS::Key" not in kinds_of(sets, "secbase-member-regional")
    assert "secbase-session-recording" not in sets["secbase-member-global"]["TemplateBody"]


@pytest.mark.parametrize("recording", ["prepared", "required"])
def test_recorded_sessions_have_a_key_a_log_group_and_a_policy_in_every_account(
    app: cdk.App,
    configuration: Configuration,
    management_environment: cdk.Environment,
    recording: str,
) -> None:
    changed = with_settings(
        configuration, account_settings={"session_manager": {"recording": recording}}
    )
    sets = stack_sets(app, changed, management_environment)
    kinds = kinds_of(sets, "secbase-member-regional")
    assert {"AWS::KMS::Key", "AWS::KMS::Alias", "AWS::Logs::LogGroup"} <= set(kinds)
    body = sets["secbase-member-regional"]["TemplateBody"]
    assert len(body.encode()) < TEMPLATE_INLINE_BYTES
    roles = json.loads(sets["secbase-member-global"]["TemplateBody"])["Resources"]
    (policy,) = [
        each["Properties"]
        for each in roles.values()
        if each["Properties"].get("ManagedPolicyName") == "secbase-session-recording"
    ]
    (role,) = policy["Roles"]
    assert roles[role["Ref"]]["Properties"]["RoleName"] == "secbase-host-management"


@pytest.mark.parametrize("kind", [MemberGlobalStack, MemberRegionalStack])
def test_a_recording_is_the_same_for_every_account_and_leaves_no_finding(
    names: Names,
    findings: Callable[[cdk.App], list[str]],
    kind: type[MemberGlobalStack | MemberRegionalStack],
) -> None:
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    here = cdk.Environment(account="111111111111", region="eu-west-1")
    known = kind(app, "known", names=names, session_recording="required", env=here)
    unknown = kind(app, "unknown", names=names, session_recording="required")
    assert findings(app) == []
    templates = [
        json.dumps(assertions.Template.from_stack(stack).to_json()) for stack in (known, unknown)
    ]
    assert templates[0] == templates[1]
