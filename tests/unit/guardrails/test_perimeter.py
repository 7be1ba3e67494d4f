"""The resource control policies over the packed policies of the example: who is let in, who is not."""

from __future__ import annotations

import aws_cdk.region_info as facts
import pytest

from baseline.config import Configuration, regions
from baseline.config.siem import LakeSubscriber, SecurityLake, Siem, SiemPull
from baseline.guardrails.composition import compose
from baseline.guardrails.evaluation import Organization
from baseline.guardrails.perimeter import load_balancer_accounts, perimeter_values
from baseline.guardrails.placement import organizations
from baseline.guardrails.request import Request
from baseline.guardrails.world import World
from tests.unit.guardrails import harness

MEMBER = "555555555555"
STRANGER = "arn:aws:iam::909090909090:role/Anybody"
VENDOR = "464646464646"
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


def with_reader(*, trusted: tuple[str, ...] = ()) -> Configuration:
    example = harness.configuration()
    pull = SiemPull(account=VENDOR, external_id="us1-7f3kq9x2m4w8z6b1")
    settings = example.guardrails.model_copy(update={"trusted_accounts": trusted})
    return example.model_copy(update={"siem": Siem(pull=pull), "guardrails": settings})


@pytest.mark.parametrize("trusted", [(), ("121212121212",), (VENDOR,)])
def test_a_siems_vendor_takes_the_reader_role_and_nothing_else(trusted: tuple[str, ...]) -> None:
    configuration = with_reader(trusted=trusted)
    world = World.of(configuration)
    (archive,) = [
        row
        for target, row in organizations(compose(configuration), world)
        if target.path == "Security"
    ]

    def allowed(principal: str, action: str, resource: str) -> bool:
        request = Request(
            principal_arn=principal,
            action=action,
            resource=resource,
            region="eu-west-1",
            account=resource.split(":")[4] or "222222222222",
        )
        return archive.evaluate(request).allowed

    collector = f"arn:aws:iam::{VENDOR}:role/Collector"
    reader = "arn:aws:iam::222222222222:role/secbase-siem-reader"
    other = "arn:aws:iam::222222222222:role/Other"
    assert allowed(collector, "sts:AssumeRole", reader)
    # An account that is trusted anyway is trusted as before.
    elsewhere = VENDOR in trusted
    assert allowed(collector, "sts:AssumeRole", other) is elsewhere
    assert allowed(collector, "s3:GetObject", f"{LOGS}/AWSLogs/k") is elsewhere
    assert not allowed(STRANGER, "sts:AssumeRole", reader)


def test_without_a_siem_the_perimeter_has_no_way_for_one() -> None:
    statements = harness.rendered("deny-outside-identities").statements
    assert [row["Sid"] for row in statements] == [
        "DenyOutsideIdentities",
        "DenyOutsideIdentitiesOnBuckets",
    ]
    assert "sts:AssumeRole" in str(statements[0]["Action"])


def with_subscriber(account: str, *, pull: bool = False) -> Configuration:
    external_id = "us1-7f3kq9x2m4w8z6b1"
    lake = SecurityLake(subscriber=LakeSubscriber(account=account, external_id=external_id))
    reader = SiemPull(account=VENDOR, external_id=external_id) if pull else None
    return harness.configuration().model_copy(
        update={"siem": Siem(pull=reader, security_lake=lake)}
    )


@pytest.mark.parametrize("pull", [False, True])
def test_a_subscriber_takes_the_role_that_security_lake_makes_and_nothing_else(pull: bool) -> None:
    configuration = with_subscriber("575757575757", pull=pull)
    (archive,) = [
        row
        for target, row in organizations(compose(configuration), World.of(configuration))
        if target.path == "Security"
    ]

    def allowed(account: str, role: str) -> bool:
        request = Request(
            principal_arn=f"arn:aws:iam::{account}:role/Collector",
            action="sts:AssumeRole",
            resource=f"arn:aws:iam::222222222222:role/{role}",
            region="eu-west-1",
            account="222222222222",
        )
        return archive.evaluate(request).allowed

    subscriber = "AmazonSecurityLake-896f218b-cfba-40be-a255-8b49a65d0407"
    assert allowed("575757575757", subscriber)
    assert not allowed("575757575757", "AmazonSecurityLake-Provider-okta-eu-west-1")
    assert not allowed("575757575757", "secbase-siem-reader")
    assert not allowed("575757575757", "Other")
    # Each outsider has its own role.
    assert not allowed(VENDOR, subscriber)
    assert allowed(VENDOR, "secbase-siem-reader") is pull
    assert not allowed(STRANGER.split(":")[4], subscriber)


def test_a_siem_of_ones_own_needs_no_way_in() -> None:
    values = perimeter_values(with_subscriber("333333333333"))
    assert values["has_lake_readers"] is False
    assert values["no_siem_readers"] is True
