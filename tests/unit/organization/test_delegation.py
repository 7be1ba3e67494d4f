"""The organization's resource policy: what the security account may do, and what it may not."""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.config import Configuration, Names
from baseline.errors import BaselineError
from baseline.guardrails.policies import OrganizationPolicies
from baseline.organization.delegation import DelegationPolicy
from stacks.organization import OrganizationStack

TYPE = "AWS::Organizations::ResourcePolicy"
OWNED = "arn:aws:organizations::111111111111"


def statements(
    stack: cdk.Stack, configuration: Configuration, *types: str
) -> dict[str, dict[str, Any]]:
    DelegationPolicy(
        stack,
        "Delegation",
        names=Names.of(configuration),
        root_id="r-exam",
        policy_types=types or ("INSPECTOR_POLICY",),
    )
    (policy,) = Template.from_stack(stack).find_resources(TYPE).values()
    return {each["Sid"]: each for each in policy["Properties"]["Content"]["Statement"]}


def test_the_security_account_alone_is_allowed(
    stack: cdk.Stack, configuration: Configuration
) -> None:
    for statement in statements(stack, configuration).values():
        assert statement["Principal"] == {"AWS": "arn:aws:iam::333333333333:root"}


def test_it_manages_policies_of_the_named_types_within_the_organization(
    stack: cdk.Stack, configuration: Configuration
) -> None:
    types = ["GUARDDUTY_POLICY", "SECURITYHUB_POLICY"]
    manage = statements(stack, configuration, *types)["ManagePoliciesButTheBaselines"]
    assert manage["Resource"] == [
        f"{OWNED}:root/o-exampleorgid/r-exam",
        f"{OWNED}:ou/o-exampleorgid/*",
        f"{OWNED}:account/o-exampleorgid/*",
        f"{OWNED}:policy/o-exampleorgid/guardduty_policy/*",
        f"{OWNED}:policy/o-exampleorgid/securityhub_policy/*",
    ]
    assert manage["Condition"]["StringLikeIfExists"] == {"organizations:PolicyType": types}


def test_nothing_is_granted_on_a_policy_of_the_baseline(
    stack: cdk.Stack, configuration: Configuration
) -> None:
    manage = statements(stack, configuration)["ManagePoliciesButTheBaselines"]
    assert manage["Condition"]["StringNotEquals"] == {
        "aws:ResourceTag/SecurityBaseline": "protected"
    }


def test_every_policy_of_the_baseline_bears_the_mark(
    stack: cdk.Stack, configuration: Configuration
) -> None:
    ids = {
        path: f"ou-exam-{number:08}" for number, (path, _) in enumerate(configuration.walk_units())
    }
    OrganizationPolicies(stack, "Policies", configuration=configuration, unit_ids=ids)
    policies = Template.from_stack(stack).find_resources("AWS::Organizations::Policy")
    assert policies
    for policy in policies.values():
        assert policy["Properties"]["Tags"] == [{"Key": "SecurityBaseline", "Value": "protected"}]


@pytest.mark.parametrize(
    "action",
    [
        "organizations:DisablePolicyType",
        "organizations:TagResource",
        "organizations:UntagResource",
        "organizations:PutResourcePolicy",
        "organizations:DeleteResourcePolicy",
        "organizations:MoveAccount",
        "organizations:CloseAccount",
        "organizations:RegisterDelegatedAdministrator",
    ],
)
def test_what_would_undo_the_protection_is_not_delegated(
    stack: cdk.Stack, configuration: Configuration, action: str
) -> None:
    granted = {each for one in statements(stack, configuration).values() for each in one["Action"]}
    assert action not in granted
    assert not [each for each in granted if "*" in each]


def test_reading_changes_nothing(stack: cdk.Stack, configuration: Configuration) -> None:
    found = statements(stack, configuration)
    for sid in ("ReadOrganization", "ReadPolicies"):
        for action in found[sid]["Action"]:
            assert action.startswith(("organizations:Describe", "organizations:List"))


def test_it_stays_when_the_stack_is_deleted(stack: cdk.Stack, configuration: Configuration) -> None:
    statements(stack, configuration)
    (policy,) = Template.from_stack(stack).find_resources(TYPE).values()
    assert policy["DeletionPolicy"] == "RetainExceptOnCreate"


@pytest.mark.parametrize("types", [(), ("EVERYTHING_POLICY",)])
def test_a_type_that_does_not_exist_is_an_error(
    stack: cdk.Stack, configuration: Configuration, types: tuple[str, ...]
) -> None:
    with pytest.raises(
        BaselineError, match=r"policy types to delegate are .*name at least one, of"
    ):
        DelegationPolicy(
            stack,
            "Delegation",
            names=Names.of(configuration),
            root_id="r-exam",
            policy_types=types,
        )


def test_a_policy_over_its_limit_is_an_error(
    stack: cdk.Stack, configuration: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("baseline.organization.delegation.DELEGATION_POLICY_SIZE", 1_000)
    with pytest.raises(BaselineError, match=r"has \d+ characters, Organizations takes 1000"):
        statements(stack, configuration)


def organization(
    app: cdk.App, configuration: Configuration, **delegation: object
) -> dict[str, Any]:
    values = configuration.model_dump()
    values["organization"]["delegation"] |= delegation
    changed = Configuration.model_validate(values)
    stack = OrganizationStack(
        app,
        "organization",
        configuration=changed,
        names=Names.of(changed),
        env=cdk.Environment(account="111111111111", region="eu-west-1"),
    )
    found: dict[str, Any] = dict(Template.from_stack(stack).find_resources(TYPE))
    return found


def test_it_is_on_by_default_without_the_types_that_can_stop_an_account(
    app: cdk.App, configuration: Configuration
) -> None:
    (policy,) = organization(app, configuration).values()
    text = json.dumps(policy["Properties"])
    assert "GUARDDUTY_POLICY" in text
    assert "CONTROL_POLICY" not in text


def test_it_can_be_switched_off(app: cdk.App, configuration: Configuration) -> None:
    assert organization(app, configuration, enabled=False) == {}


def test_control_policies_are_delegated_by_name(app: cdk.App, configuration: Configuration) -> None:
    (policy,) = organization(app, configuration, policy_types=["SERVICE_CONTROL_POLICY"]).values()
    assert "service_control_policy" in json.dumps(policy["Properties"])
