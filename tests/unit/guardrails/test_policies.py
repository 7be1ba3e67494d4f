"""The construct: policies with content as an object, attached to their units, kept for ever."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.config import Names
from baseline.controls.registry import declarations
from baseline.errors import BaselineError
from baseline.guardrails.composition import compose
from baseline.guardrails.packing import minified
from baseline.guardrails.policies import OrganizationPolicies
from stacks.guardrails import GuardrailsStack
from tests.unit.guardrails import harness

UNIT_IDS = {
    path: f"ou-exam-{number:08d}"
    for number, (path, _) in enumerate(harness.configuration().walk_units())
}


@pytest.fixture
def guardrails(app: cdk.App) -> GuardrailsStack:
    configuration = harness.configuration()
    names = Names.of(configuration)
    env = cdk.Environment(account=names.management, region=names.home_region)
    return GuardrailsStack(
        app, "guardrails", configuration=configuration, names=names, env=env, unit_ids=UNIT_IDS
    )


@pytest.fixture
def resources(guardrails: GuardrailsStack) -> dict[str, Any]:
    found = Template.from_stack(guardrails).find_resources("AWS::Organizations::Policy")
    return dict(found)


def test_each_packed_policy_is_one_resource_at_its_unit(resources: dict[str, Any]) -> None:
    ids = {**UNIT_IDS, "root": "r-exam"}
    expected = {
        policy.name: (policy.type.value, [ids[target.path]])
        for target in compose(harness.configuration())
        for policy in target.policies
    }
    found = {
        row["Properties"]["Name"]: (row["Properties"]["Type"], row["Properties"]["TargetIds"])
        for row in resources.values()
    }
    assert found == expected


def test_the_content_is_the_object_that_was_measured(resources: dict[str, Any]) -> None:
    packed = {p.name: p for target in compose(harness.configuration()) for p in target.policies}
    for row in resources.values():
        properties = row["Properties"]
        policy = packed[properties["Name"]]
        assert properties["Content"] == policy.content
        assert len(minified(properties["Content"])) == policy.size
        assert len(properties["Description"]) <= 512


def test_deleting_the_stack_opens_nothing(resources: dict[str, Any]) -> None:
    assert {row["DeletionPolicy"] for row in resources.values()} == {"RetainExceptOnCreate"}
    assert {row["UpdateReplacePolicy"] for row in resources.values()} == {"Retain"}


def test_policies_are_made_one_after_the_other(resources: dict[str, Any]) -> None:
    before = [row.get("DependsOn", []) for row in resources.values()]
    assert sorted(len(one) for one in before) == [0, *[1] * (len(resources) - 1)]
    assert len({one[0] for one in before if one}) == len(resources) - 1


def test_guardduty_is_attached_to_the_root(resources: dict[str, Any]) -> None:
    rows = [
        row["Properties"]
        for row in resources.values()
        if row["Properties"]["Type"] == "GUARDDUTY_POLICY"
    ]
    assert [row["TargetIds"] for row in rows] == [["r-exam"]]
    default = rows[0]["Content"]["guardduty"]["enablement"]["default"]
    assert default["foundational"] == {"status": {"@@assign": "enabled"}}


def test_what_is_claimed_is_what_the_guardduty_policy_meets(guardrails: GuardrailsStack) -> None:
    claimed: dict[Any, Any] = {
        row["capability"]: row["controls"] for row in declarations(guardrails)
    }
    assert "GuardDuty.1" in claimed["guardrail-guardduty-organization"]
    assert claimed["guardrail-protect-cloudtrail"] == []


def test_a_unit_without_an_id_is_refused(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match="organizational unit Security has no ID"):
        OrganizationPolicies(stack, "Policies", configuration=harness.configuration(), unit_ids={})


def test_a_unit_id_may_be_a_token(stack: cdk.Stack) -> None:
    ids = dict.fromkeys(UNIT_IDS, cdk.Token.as_string({"Ref": "Unit"}))
    OrganizationPolicies(stack, "Policies", configuration=harness.configuration(), unit_ids=ids)
    found = Template.from_stack(stack).find_resources("AWS::Organizations::Policy")
    targets = [row["Properties"]["TargetIds"] for row in found.values()]
    assert [{"Ref": "Unit"}] in targets


def test_synthesis_does_not_depend_on_the_number_of_members(app: cdk.App) -> None:
    configuration = harness.configuration()
    member = next(iter(configuration.members.values()))
    many = configuration.model_copy(
        update={
            "members": {f"m{n}": member.model_copy(update={"id": f"{n:012d}"}) for n in range(300)}
        }
    )
    holders = [cdk.Stack(app, name) for name in ("a", "b")]
    for holder, one in zip(holders, (configuration, many), strict=True):
        OrganizationPolicies(holder, "Policies", configuration=one, unit_ids=UNIT_IDS)
    first, second = (Template.from_stack(holder).to_json()["Resources"] for holder in holders)
    assert first == second
