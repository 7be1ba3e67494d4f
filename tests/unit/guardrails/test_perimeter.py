"""The resource control policies over the packed policies of the example: who is let in, who is not."""

from __future__ import annotations

import aws_cdk.region_info as facts
import pytest

from baseline.config import regions
from baseline.guardrails.composition import compose
from baseline.guardrails.evaluation import Organization
from baseline.guardrails.perimeter import load_balancer_accounts
from baseline.guardrails.placement import organizations
from baseline.guardrails.request import Request
from tests.unit.guardrails import harness

MEMBER = "555555555555"
STRANGER = "arn:aws:iam::909090909090:role/Anybody"
LOGS = "arn:aws:s3:::secbase-org-logs-222222222222-eu-west-1"


def organization(path: str) -> Organization:
    targets = compose(harness.configuration())
    return next(
        row for target, row in organizations(targets, harness.world()) if target.path == path
    )


def test_the_accounts_of_the_load_balancers_are_those_of_the_cdk() -> None:
    known = {name: facts.RegionInfo.get(name).elbv2_account for name in regions.table()}
    assert load_balancer_accounts() == {name: row for name, row in known.items() if row}


@pytest.mark.parametrize(
    "path", ["Security", "Infrastructure", "Workloads/Production", "Sandbox", "Suspended"]
)
def test_every_unit_keeps_strangers_off_its_resources(path: str) -> None:
    for action in ("s3:GetObject", "sts:AssumeRole", "kms:Decrypt", "dynamodb:GetItem"):
        request = Request(principal_arn=STRANGER, action=action, region="eu-west-1", account=MEMBER)
        decision = organization(path).evaluate(request)
        assert decision.sid.startswith("DenyOutsideIdentities"), (path, action)


@pytest.mark.parametrize(
    ("action", "principal"),
    [
        ("sts:AssumeRoleWithSAML", "*"),
        ("sts:AssumeRoleWithWebIdentity", "*"),
        ("sts:TagSession", "*"),
        ("sts:AssumeRole", "ecs-tasks.amazonaws.com"),
        ("s3:PutObject", "logging.s3.amazonaws.com"),
        ("s3:PutObject", "arn:aws:iam::156460612806:root"),
        ("kms:RetireGrant", STRANGER),
        ("sts:GetCallerIdentity", STRANGER),
    ],
)
def test_sign_ins_services_and_load_balancers_pass(action: str, principal: str) -> None:
    request = Request(principal_arn=principal, action=action, region="eu-west-1", account=MEMBER)
    assert organization("Workloads").evaluate(request).allowed


@pytest.mark.parametrize(
    ("principal", "allowed"),
    [
        ("arn:aws:iam::222222222222:role/OrgBreakGlass", True),
        ("arn:aws:iam::222222222222:role/cdk-secbase-cfn-exec-role-222222222222-eu-west-1", True),
        ("arn:aws:iam::222222222222:role/stacksets-exec-0123", True),
        ("arn:aws:iam::555555555555:role/OrgBreakGlass", False),
        ("arn:aws:iam::909090909090:role/OrgBreakGlass", False),
        ("arn:aws:iam::909090909090:role/stacksets-exec-0123", False),
        ("arn:aws:iam::111111111111:role/Administrator", False),
        ("arn:aws:iam::222222222222:role/Administrator", False),
    ],
)
def test_who_changes_the_log_bucket(principal: str, allowed: bool) -> None:
    request = Request(
        principal_arn=principal,
        action="s3:PutBucketPolicy",
        region="eu-west-1",
        resource=LOGS,
        account="222222222222",
    )
    assert organization("Security").evaluate(request).allowed is allowed
