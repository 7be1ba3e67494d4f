"""Inspector in the sweep: how it scans, who is a member, and what is told of what it leaves out."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient

from baseline.config import Configuration, Names, load
from baseline.config.inspector import InspectorSettings
from baseline.detection.detection_members import inspector_controls, wanted
from baseline.detection.detection_permissions import INSPECTOR_ACTIONS, statements
from baseline.guardrails.composition import compose
from baseline.guardrails.evaluation import Organization
from baseline.guardrails.placement import levels_of
from baseline.guardrails.request import Request
from tests.handlers import load_handler
from tests.unit.detection.inspector_aws import ON, FakeInspector, unscanned
from tests.unit.detection.members_aws import SECURITY

index = load_handler("baseline/detection/handlers/detection_members")
MEMBER = "555555555555"
REGIONS = ("eu-west-1", "eu-central-1")
FINDING = f"{SECURITY}/inspector-coverage/{MEMBER}/eu-west-1"
Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(Path("examples/configurations/inspector.yaml"))


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> FakeInspector:
    fake = FakeInspector()
    monkeypatch.setattr(
        BaseClient,
        "_make_api_call",
        # A function, which becomes a method of the clients.
        lambda *call: fake(*call),  # noqa: PLW0108
    )
    for region in REGIONS:
        fake.relations[region, MEMBER] = "ENABLED"
        for scans in (SECURITY, MEMBER):
            fake.scans[region, scans]["codeRepository"] = "ENABLED"
    return fake


@pytest.fixture
def run(configuration: Configuration, aws: FakeInspector, monkeypatch: pytest.MonkeyPatch) -> Run:
    del aws
    settings = wanted(configuration, Names.of(configuration), None)["inspector"]
    assert isinstance(settings, dict)
    monkeypatch.setenv("ADMINISTRATOR", SECURITY)
    monkeypatch.setenv("HOME_REGION", "eu-west-1")
    monkeypatch.setenv("REGIONS", ",".join(REGIONS))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")

    def invoke(account: str, *, dry_run: bool = False, **more: Any) -> Any:
        monkeypatch.setenv("WANTED", json.dumps({"inspector": {**settings, **more}}))
        event = {"account": {"id": account, "name": "a"}, "dry_run": dry_run, "attempt": 5}
        return index.handler(event, None)

    return invoke


def rows(result: dict[str, Any], region: str = "eu-west-1") -> dict[str, dict[str, Any]]:
    return {row["setting"]: row for row in result["rows"] if row["region"] == region}


def test_instances_without_the_agent_are_scanned_and_images_again(
    run: Run, aws: FakeInspector
) -> None:
    """Inspector.1, Inspector.2: every account inherits what its administrator has."""
    assert run(SECURITY)["state"] == "changed"
    for region in REGIONS:
        assert aws.ways[region] == {
            "ec2Configuration": {"scanMode": "EC2_HYBRID"},
            "ecrConfiguration": {
                "pullDateRescanDuration": "DAYS_30",
                "pullDateRescanMode": "LAST_IN_USE_AT",
                "rescanDuration": "DAYS_180",
            },
        }
        assert aws.paths[region] == ["/opt/app"]


@pytest.mark.parametrize("account", [SECURITY, MEMBER])
def test_the_second_run_writes_nothing(run: Run, aws: FakeInspector, account: str) -> None:
    run(account)
    aws.calls.clear()
    assert run(account)["state"] == "ok"
    assert aws.writes() == []


@pytest.mark.parametrize("status", [None, "CREATED"])
def test_of_an_account_that_has_just_become_a_member_nobody_is_told_yet(
    run: Run, aws: FakeInspector, status: str | None
) -> None:
    """At the first deployment the policy has reached nobody: a message for each would be noise."""
    aws.relations = {(region, MEMBER): status for region in REGIONS if status}
    aws.scans["eu-west-1", MEMBER] = dict.fromkeys(ON, "DISABLED")
    row = rows(run(MEMBER))["inspector-coverage"]
    assert (row["state"], row["note"]) == (
        "in_progress",
        "the account has just become a member; the next run looks",
    )
    assert aws.findings == {}
    aws.relations = {(region, MEMBER): "ENABLED" for region in REGIONS}
    run(MEMBER)
    assert aws.findings[FINDING]["Severity"] == {"Label": "HIGH"}


@pytest.mark.parametrize("account", [SECURITY, MEMBER])
def test_a_dry_run_writes_nothing(run: Run, aws: FakeInspector, account: str) -> None:
    aws.relations = {}
    aws.covered = [unscanned(account, "NO_INVENTORY")]
    assert "would_change" in {row["state"] for row in run(account, dry_run=True)["rows"]}
    assert aws.writes() == []


def test_what_somebody_narrowed_is_repaired(run: Run, aws: FakeInspector) -> None:
    run(SECURITY)
    aws.ways["eu-west-1"]["ec2Configuration"] = {"scanMode": "EC2_SSM_AGENT_BASED"}
    assert rows(run(SECURITY))["inspector-configuration"]["state"] == "changed"
    assert aws.ways["eu-west-1"]["ec2Configuration"] == {"scanMode": "EC2_HYBRID"}


def test_what_is_not_scanned_is_not_configured(configuration: Configuration) -> None:
    data = configuration.model_dump(mode="json")
    data["capabilities"]["inspector"] |= {"images": False}
    found: Any = wanted(Configuration.model_validate(data), Names.of(configuration), None)
    assert set(found["inspector"]["configuration"]) == {"ec2Configuration"}
    assert found["inspector"]["scans"] == ["ec2", "lambda", "lambdaCode", "codeRepository"]


def test_an_account_that_the_policy_has_not_reached_yet_waits(run: Run, aws: FakeInspector) -> None:
    aws.fail("GetConfiguration", "ResourceNotFoundException", region="eu-west-1")
    row = rows(run(SECURITY))["inspector-configuration"]
    assert row["state"] == "in_progress"
    assert "the organization policy switches it on" in row["note"]


@pytest.mark.parametrize(
    ("status", "state", "after"),
    [
        (None, "changed", "ENABLED"),
        ("ENABLED", "unchanged", "ENABLED"),
        ("REMOVED", "changed", "ENABLED"),
        ("CREATED", "in_progress", "CREATED"),
        ("ACCOUNT_SUSPENDED", "skipped", "ACCOUNT_SUSPENDED"),
    ],
)
def test_every_account_becomes_a_member(
    run: Run, aws: FakeInspector, status: str | None, state: str, after: str
) -> None:
    aws.relations = {("eu-west-1", MEMBER): status} if status else {}
    assert rows(run(MEMBER))["inspector-member"]["state"] == state
    assert aws.relations["eu-west-1", MEMBER] == after


@pytest.mark.parametrize(
    ("scan", "control"),
    [
        ("ec2", "Inspector.1"),
        ("ecr", "Inspector.2"),
        ("lambdaCode", "Inspector.3"),
        ("lambda", "Inspector.4"),
    ],
)
def test_a_scan_that_is_off_is_a_finding_of_high_severity(
    run: Run, aws: FakeInspector, scan: str, control: str
) -> None:
    """Inspector.1, Inspector.2, Inspector.3, Inspector.4: each of them is looked at daily."""
    assert control in inspector_controls(InspectorSettings(enabled=True, function_code=True))
    aws.scans["eu-west-1", MEMBER][scan] = "DISABLED"
    result = run(MEMBER)
    assert rows(result)["inspector-coverage"] == {
        "setting": "inspector-coverage",
        "state": "in_progress",
        "region": "eu-west-1",
        "note": f"not scanned: {scan} (DISABLED)",
    }
    assert rows(result, "eu-central-1")["inspector-coverage"]["state"] == "unchanged"
    (finding,) = aws.findings.values()
    assert finding["Id"] == FINDING
    assert finding["AwsAccountId"] == SECURITY
    assert finding["ProductArn"] == (
        f"arn:aws:securityhub:eu-west-1:{SECURITY}:product/{SECURITY}/default"
    )
    assert finding["Severity"] == {"Label": "HIGH"}
    assert finding["RecordState"] == "ACTIVE"
    assert finding["Resources"][0]["Id"] == f"AWS::::Account:{MEMBER}"


def test_a_scan_that_is_not_wanted_is_no_gap(run: Run, aws: FakeInspector) -> None:
    aws.scans["eu-west-1", MEMBER]["lambdaCode"] = "DISABLED"
    aws.scans["eu-west-1", MEMBER]["codeRepository"] = "DISABLED"
    run(MEMBER, scans=["ec2", "codeRepository"], code_regions=["eu-central-1"])
    assert aws.findings == {}


def test_a_scan_that_starts_is_waited_for(run: Run, aws: FakeInspector) -> None:
    aws.scans["eu-west-1", MEMBER]["ec2"] = "ENABLING"
    row = rows(run(MEMBER))["inspector-coverage"]
    assert (row["state"], row["note"]) == ("in_progress", "starting: ec2")
    assert aws.findings == {}


def test_the_reason_of_inspector_is_told(run: Run, aws: FakeInspector) -> None:
    aws.scans["eu-west-1", MEMBER]["ec2"] = "DISABLED"
    aws.errors["ec2"] = "EC2_SSM_RESOURCE_DATA_SYNC_LIMIT_EXCEEDED"
    run(MEMBER)
    assert aws.findings[FINDING]["Description"] == (
        "Not scanned: ec2 (DISABLED, EC2_SSM_RESOURCE_DATA_SYNC_LIMIT_EXCEEDED)."
    )


def test_an_account_that_inspector_does_not_know_is_a_finding(run: Run, aws: FakeInspector) -> None:
    aws.unknown.add(MEMBER)
    run(MEMBER)
    assert aws.findings[FINDING]["Description"] == "Not scanned: the account (ACCESS_DENIED)."


def test_resources_that_are_not_scanned_are_one_finding_with_their_names(
    run: Run, aws: FakeInspector
) -> None:
    aws.covered = [
        unscanned(MEMBER, "NO_INVENTORY", "i-1"),
        unscanned(MEMBER, "EXCLUDED_BY_TAG", "i-2"),
        unscanned(MEMBER, "EC2_INSTANCE_STOPPED", "i-3"),
        unscanned(MEMBER, "UNSUPPORTED_OS", "i-4"),  # accepted by the example
        unscanned("666666666666", "NO_INVENTORY", "i-5"),
    ]
    run(MEMBER)
    finding = aws.findings[FINDING]
    assert finding["Severity"] == {"Label": "MEDIUM"}
    assert finding["Description"] == "Not scanned: 1 EXCLUDED_BY_TAG, 1 NO_INVENTORY."
    assert [each["Id"] for each in finding["Resources"][1:]] == ["i-1", "i-2"]


def test_a_gap_is_told_once_and_ends_when_it_is_closed(run: Run, aws: FakeInspector) -> None:
    aws.covered = [unscanned(MEMBER, "NO_INVENTORY")]
    run(MEMBER)
    imported = len(aws.given("BatchImportFindings"))
    run(MEMBER)
    assert len(aws.given("BatchImportFindings")) == imported == len(REGIONS)
    # Security Hub forgets what nobody updates.
    old = datetime.now(UTC) - timedelta(days=31)
    aws.findings[FINDING]["UpdatedAt"] = old.strftime("%Y-%m-%dT%H:%M:%SZ")
    run(MEMBER)
    assert len(aws.given("BatchImportFindings")) == imported + 1
    aws.covered = []
    assert run(MEMBER)["state"] == "ok"
    assert aws.findings[FINDING]["RecordState"] == "ARCHIVED"
    assert aws.findings[FINDING]["Compliance"] == {"Status": "PASSED"}


def test_without_security_hub_a_gap_is_a_failure_which_somebody_hears_of(
    run: Run, aws: FakeInspector
) -> None:
    aws.covered = [unscanned(MEMBER, "NO_INVENTORY")]
    row = rows(run(MEMBER, security_hub=False))["inspector-coverage"]
    assert (row["state"], row["note"]) == ("failed", "not scanned: 1 NO_INVENTORY")
    assert aws.findings == {}


def test_a_finding_that_security_hub_refuses_is_a_failure(run: Run, aws: FakeInspector) -> None:
    aws.covered = [unscanned(MEMBER, "NO_INVENTORY")]
    aws.refused = "no such product"
    row = rows(run(MEMBER))["inspector-coverage"]
    assert (row["state"], row["note"]) == ("failed", "no such product")


@pytest.mark.parametrize(("hub", "told"), [(True, True), (False, False)])
def test_the_role_may_do_what_the_function_does(
    run: Run, aws: FakeInspector, configuration: Configuration, *, hub: bool, told: bool
) -> None:
    data = configuration.model_dump(mode="json")
    data["capabilities"]["security_hub"]["enabled"] = hub
    data["capabilities"]["trusted_advisor"]["enabled"] = hub
    changed = Configuration.model_validate(data)
    del aws.relations["eu-west-1", MEMBER]
    aws.covered = [unscanned(MEMBER, "NO_INVENTORY")]
    for account in (SECURITY, MEMBER):
        run(account, security_hub=hub)
    services = {"securityhub": ("GetFindings", "BatchImportFindings")}
    called = {
        f"{'securityhub' if name in services['securityhub'] else 'inspector2'}:{name}"
        for name, _, _ in aws.calls
    }
    found = {one.sid: one for one in statements(changed, Names.of(changed))}
    allowed = {str(action) for one in found.values() for action in one.actions}
    assert called == allowed - {"organizations:DescribeAccount"}
    assert ("TellOfGaps" in found) is told
    here = {"StringEquals": {"aws:RequestedRegion": list(REGIONS)}}
    assert found["AdministerInspector"].to_statement_json()["Condition"] == here


@pytest.mark.parametrize(
    ("settings", "controls"),
    [
        ({}, ["Inspector.1", "Inspector.2", "Inspector.4"]),
        ({"function_code": True}, ["Inspector.1", "Inspector.2", "Inspector.3", "Inspector.4"]),
        ({"images": False, "instances": False}, ["Inspector.4"]),
    ],
)
def test_controls_are_claimed_for_scans_that_are_on(
    settings: dict[str, bool], controls: list[str]
) -> None:
    """Inspector.1, Inspector.2, Inspector.3, Inspector.4."""
    assert sorted(inspector_controls(InspectorSettings(enabled=True, **settings))) == controls


def test_the_guardrails_let_our_roles_work_and_stop_everybody_else(
    configuration: Configuration,
) -> None:
    levels = levels_of(compose(configuration))
    organization = Organization(
        id=configuration.organization.id,
        management_account="111111111111",
        accounts={SECURITY: levels["Security"], MEMBER: levels["Workloads"]},
    )
    narrowing = ("UpdateConfiguration", "UpdateOrgEc2DeepInspectionConfiguration", "Disable")
    rows = [
        # account, role, action, allowed
        *(
            (SECURITY, "secbase-detection-administrator", f"inspector2:{name}", True)
            for name in INSPECTOR_ACTIONS
        ),
        (SECURITY, "secbase-sbom-exporter", "inspector2:CreateSbomExport", True),
        (SECURITY, "secbase-security-InspectorOnEventRole", "inspector2:Enable", True),
        (MEMBER, "secbase-settings", "ecr:PutRegistryScanningConfiguration", True),
        *((SECURITY, "Administrator", f"inspector2:{name}", False) for name in narrowing),
        (SECURITY, "Administrator", "inspector2:CreateFilter", False),
        (MEMBER, "Administrator", "inspector2:Disable", False),
    ]
    for account, role, action, allowed in rows:
        request = Request(
            principal_arn=f"arn:aws:iam::{account}:role/{role}",
            action=action,
            resource="*",
            region="eu-west-1",
        )
        assert organization.evaluate(request).allowed is allowed, (role, action)
