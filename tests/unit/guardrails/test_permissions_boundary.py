"""The set that demands the permissions boundary, beside the other guardrails of a unit."""

from __future__ import annotations

import pytest

from baseline.config import Configuration, Names
from baseline.guardrails.composition import compose
from baseline.guardrails.evaluation import Organization
from baseline.guardrails.lock_out import requests_of
from baseline.guardrails.model import RoleClass
from baseline.guardrails.placement import levels_of
from baseline.guardrails.request import Request
from baseline.guardrails.verification import problems_of
from baseline.guardrails.world import World
from tests.unit.guardrails import harness

MEMBER = "555555555555"


def demanding() -> Configuration:
    """Give the example with the set at the workloads."""
    example = harness.configuration()
    units = dict(example.organizational_units)
    workloads = units["Workloads"]
    units["Workloads"] = workloads.model_copy(
        update={"guardrails": (*workloads.guardrails, "permissions-boundary")}
    )
    return example.model_copy(update={"organizational_units": units})


@pytest.fixture(scope="module")
def organization() -> Organization:
    configuration = demanding()
    world = World.of(configuration)
    levels = levels_of(compose(configuration))["Workloads"]
    return Organization(
        id=world.organization,
        management_account=world.management,
        accounts={MEMBER: levels},
    )


def test_it_fits_beside_the_foundation_and_locks_nobody_out() -> None:
    assert problems_of(demanding()) == []


@pytest.mark.parametrize("bounded", [False, True])
def test_a_developer_makes_roles_with_the_boundary_of_the_baseline_only(
    organization: Organization, bounded: bool
) -> None:
    boundary = f"arn:aws:iam::{MEMBER}:policy/{Names.of(harness.configuration()).boundary}"
    asked = Request(
        principal_arn=f"arn:aws:iam::{MEMBER}:role/Developer",
        action="iam:CreateRole",
        resource=f"arn:aws:iam::{MEMBER}:role/app",
        region="us-east-1",
        context={"iam:PermissionsBoundary": boundary} if bounded else {},
    )
    assert organization.evaluate(asked).allowed is bounded


@pytest.mark.parametrize(
    "action", ["iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:SetDefaultPolicyVersion"]
)
def test_nobody_changes_the_boundary_itself(organization: Organization, action: str) -> None:
    asked = Request(
        principal_arn=f"arn:aws:iam::{MEMBER}:role/Administrator",
        action=action,
        resource=f"arn:aws:iam::{MEMBER}:policy/secbase-boundary",
        region="us-east-1",
    )
    assert not organization.evaluate(asked).allowed


def test_the_lock_out_proof_covers_the_ways_in() -> None:
    world = World.of(harness.configuration())
    asked = [row for _, row in requests_of(world.roles, world.accounts, world.regions)]
    deployers = set(world.roles.examples(RoleClass.DEPLOYERS, world.accounts["member"]))
    made = {
        row.resource.rpartition(":")[2]
        for row in asked
        if row.principal_arn in deployers and row.action.startswith("iam:Create")
    }
    assert {
        "role/OrgBreakGlass",
        "role/secbase-deploy-baseline",
        "policy/secbase-boundary",
        "oidc-provider/token.actions.githubusercontent.com",
    } <= made
    pipeline = f":{world.accounts['shared_services']}:role/secbase-deploy-baseline"
    deployed = {row.resource for row in asked if row.principal_arn.endswith(pipeline)}
    assert len(deployed) == len(world.roles.core_accounts)
    assert all("role/cdk-secbase-deploy-role-" in resource for resource in deployed)
    assumed = {row.resource for row in asked if row.principal_arn.endswith(":user/break-glass-1")}
    assert assumed == {
        f"arn:aws:iam::{account}:role/OrgBreakGlass" for account in world.accounts.values()
    }
