"""The stacks of Firewall Manager: by choice, one per governed Region with policies, none per account."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aws_cdk.assertions import Template

from baseline.config import Configuration
from tests.composed import Composed, composed, public_workload, switched_on

SECURITY, MANAGEMENT = "333333333333", "111111111111"
OURS = {"firewall-manager", "firewall-manager-us-east-1", "shield-support"}


@pytest.fixture(scope="module")
def made() -> Composed:
    """The organization that has everything of the edge."""
    return composed(public_workload())


@pytest.fixture(scope="module")
def support(made: Composed) -> dict[str, Any]:
    resources = made.template("shield-support")["Resources"]
    (found,) = (
        row["Properties"]
        for row in resources.values()
        if row["Type"] == "AWS::CloudFormation::StackSet"
    )
    return dict(found)


def test_nothing_is_made_by_default(configuration: Configuration) -> None:
    stacks = composed(configuration).stacks
    assert not [name for name in stacks if name.startswith(("firewall-manager", "shield"))]


def test_policies_stand_in_the_security_account_in_each_governed_region(made: Composed) -> None:
    assert set(made.stacks) >= OURS
    for name, region in (
        ("firewall-manager", "eu-west-1"),
        ("firewall-manager-us-east-1", "us-east-1"),
    ):
        stack = made.stacks[name]
        assert (stack.account, stack.region) == (SECURITY, region)
        assert len(Template.from_stack(stack).find_resources("AWS::FMS::Policy")) >= 5


def test_a_region_without_bootstrap_takes_the_template_directly(made: Composed) -> None:
    template = json.dumps(made.template("firewall-manager-us-east-1"))
    assert len(template) < 51_200
    assert "BootstrapVersion" not in template


def test_they_come_after_what_they_need_and_before_the_guardrails(made: Composed) -> None:
    def before(name: str) -> set[str]:
        return {each.node.id for each in made.stacks[name].dependencies}

    for name in OURS:
        assert {"organization", "log-archive", "members"} <= before(name)
    assert before("guardrails") >= OURS


def test_the_response_team_comes_to_named_accounts_only(
    made: Composed, support: dict[str, Any]
) -> None:
    assert made.stacks["shield-support"].account == MANAGEMENT
    (group,) = support["StackInstancesGroup"]
    targets = group["DeploymentTargets"]
    assert targets["AccountFilterType"] == "INTERSECTION"
    assert targets["Accounts"] == ["555555555555"]
    assert group["Regions"] == ["us-east-1"]
    # An account that joins is not subscribed yet.
    assert support["AutoDeployment"] == {"Enabled": False}


def test_the_response_team_has_its_role_and_people_to_call(support: dict[str, Any]) -> None:
    resources = json.loads(support["TemplateBody"])["Resources"]
    by_type = {row["Type"]: row["Properties"] for row in resources.values()}
    assert set(by_type) == {
        "AWS::IAM::Role",
        "AWS::Shield::DRTAccess",
        "AWS::Shield::ProactiveEngagement",
    }
    (trusted,) = by_type["AWS::IAM::Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Principal"] == {"Service": "drt.shield.amazonaws.com"}
    assert "AWSShieldDRTAccessPolicy" in str(by_type["AWS::IAM::Role"]["ManagedPolicyArns"])
    assert by_type["AWS::Shield::ProactiveEngagement"] == {
        "ProactiveEngagementStatus": "ENABLED",
        "EmergencyContactList": [
            {"EmailAddress": "security@example.com", "PhoneNumber": "+4930123450"}
        ],
    }


def test_a_region_without_policies_gets_no_stack() -> None:
    stacks = composed(switched_on()).stacks
    found = [name for name in stacks if name.startswith(("firewall-manager", "shield"))]
    assert found == ["firewall-manager-eu-central-1"]
