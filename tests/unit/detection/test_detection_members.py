"""Members of Macie and Detective: the function over two Regions, and what the template lets it do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_sns as sns
from botocore.client import BaseClient

from baseline.config import Configuration, Names, load
from baseline.controls.registry import declarations
from baseline.detection.detection_members import DetectionMembers, wanted
from baseline.errors import BaselineError
from baseline.guardrails.composition import compose
from baseline.guardrails.evaluation import Organization
from baseline.guardrails.placement import levels_of
from baseline.guardrails.request import Request
from baseline.settings.sweep_reports import SweepReports
from tests.handlers import load_handler
from tests.support import CONTEXT
from tests.unit.detection.members_aws import GRAPH, SECURITY, FakeAws

index = load_handler("baseline/detection/handlers/detection_members")
EXAMPLE = Path("examples/configurations/detection.yaml")
KEY = "arn:aws:kms:eu-west-1:333333333333:key/1"
MEMBER = "555555555555"
REGIONS = ("eu-west-1", "eu-central-1")
Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(EXAMPLE)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> FakeAws:
    fake = FakeAws()
    monkeypatch.setattr(
        BaseClient,
        "_make_api_call",
        # A function, which becomes a method of the clients.
        lambda *call: fake(*call),  # noqa: PLW0108
    )
    return fake


@pytest.fixture
def run(configuration: Configuration, aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the function for one account and give the states of its rows by Region and setting."""
    del aws
    settings = wanted(configuration, Names.of(configuration), KEY)
    monkeypatch.setenv("ADMINISTRATOR", SECURITY)
    monkeypatch.setenv("HOME_REGION", "eu-west-1")
    monkeypatch.setenv("REGIONS", ",".join(REGIONS))

    def invoke(account: str, *, dry_run: bool = False, attempt: int = 5, **more: Any) -> Any:
        monkeypatch.setenv("WANTED", json.dumps({**settings, **more}))
        event = {"account": {"id": account, "name": "a"}, "dry_run": dry_run, "attempt": attempt}
        result = index.handler(event, None)
        assert result["account"] == event["account"]
        return result

    return invoke


def states(result: dict[str, Any], region: str = "eu-west-1") -> dict[str, str]:
    return {row["setting"]: row["state"] for row in result["rows"] if row["region"] == region}


def test_macie_1_the_administrator_keeps_macie_on_for_accounts_to_come(
    run: Run, aws: FakeAws
) -> None:
    result = run(SECURITY)
    assert result["state"] == "changed"
    for region in REGIONS:
        assert aws.sessions[region] == {
            "status": "ENABLED",
            "findingPublishingFrequency": "FIFTEEN_MINUTES",
        }
        assert aws.macie[region]["auto"] is True
        assert aws.macie[region]["publication"] == {
            "publishClassificationFindings": True,
            "publishPolicyFindings": True,
        }


def test_macie_1_an_account_that_was_there_before_becomes_a_member_in_every_region(
    run: Run, aws: FakeAws
) -> None:
    assert run(MEMBER)["state"] == "changed"
    assert aws.members == {(region, MEMBER): "Enabled" for region in REGIONS}
    assert aws.given("CreateMember")[0]["account"] == {
        "accountId": MEMBER,
        "email": f"aws-{MEMBER}@example.com",
    }


def test_macie_2_sensitive_data_is_looked_for_in_every_account(run: Run, aws: FakeAws) -> None:
    run(SECURITY)
    for region in REGIONS:
        assert aws.macie[region]["discovery"] == {
            "status": "ENABLED",
            "autoEnableOrganizationMembers": "ALL",
        }


def test_results_go_to_the_archive_under_the_key_one_folder_a_region(
    run: Run, aws: FakeAws
) -> None:
    run(SECURITY)
    assert aws.macie["eu-central-1"]["export"]["s3Destination"] == {
        "bucketName": "secbase-macie-222222222222-eu-west-1",
        "expectedBucketOwner": "222222222222",
        "keyPrefix": "eu-central-1",
        "kmsKeyArn": KEY,
    }


def test_discovery_uses_what_is_ours_beside_what_others_added(run: Run, aws: FakeAws) -> None:
    aws.identifiers = ["secbase-employee-number", "of-a-team"]
    aws.lists = ["secbase-test-card"]
    aws.template["includes"] = {
        "customDataIdentifierIds": ["id-theirs"],
        "managedDataIdentifierIds": ["AWS_CREDENTIALS"],
    }
    aws.template["excludes"] = {"managedDataIdentifierIds": ["NAME"]}
    run(SECURITY)
    assert aws.template == {
        "description": "of AWS",
        "excludes": {"managedDataIdentifierIds": ["NAME"]},
        "includes": {
            "allowListIds": ["id-secbase-test-card"],
            "customDataIdentifierIds": ["id-secbase-employee-number", "id-theirs"],
            "managedDataIdentifierIds": ["AWS_CREDENTIALS"],
        },
    }


@pytest.mark.parametrize("account", [SECURITY, MEMBER])
def test_the_second_run_writes_nothing(run: Run, aws: FakeAws, account: str) -> None:
    aws.identifiers = ["secbase-employee-number"]
    run(account)
    run(account)  # the template of the discovery is there by now
    aws.calls.clear()
    assert run(account)["state"] == "ok"
    assert aws.writes() == []


@pytest.mark.parametrize("account", [SECURITY, MEMBER])
def test_a_dry_run_writes_nothing_and_says_what_it_would(
    run: Run, aws: FakeAws, account: str
) -> None:
    result = run(account, dry_run=True)
    assert result["state"] == "would_change"
    assert aws.writes() == []
    assert "would_change" in set(states(result).values())


def test_what_somebody_weakened_is_repaired(run: Run, aws: FakeAws) -> None:
    run(SECURITY)
    aws.sessions["eu-west-1"]["status"] = "PAUSED"
    aws.macie["eu-west-1"]["auto"] = False
    aws.macie["eu-west-1"]["export"]["s3Destination"]["bucketName"] = "elsewhere"
    aws.calls.clear()
    run(SECURITY)
    assert aws.writes() == [
        ("UpdateMacieSession", "eu-west-1"),
        ("UpdateOrganizationConfiguration", "eu-west-1"),
        ("PutClassificationExportConfiguration", "eu-west-1"),
    ]


def test_a_member_that_somebody_suspended_is_switched_on_again(run: Run, aws: FakeAws) -> None:
    aws.members["eu-west-1", MEMBER] = "Paused"
    run(MEMBER)
    assert ("UpdateMemberSession", "eu-west-1") in aws.writes()
    assert aws.members["eu-west-1", MEMBER] == "Enabled"


@pytest.mark.parametrize("status", ["AccountSuspended", "RegionDisabled"])
def test_an_account_that_is_away_is_left_alone(run: Run, aws: FakeAws, status: str) -> None:
    aws.members["eu-west-1", MEMBER] = status
    assert states(run(MEMBER))["macie-member"] == "skipped"
    assert ("CreateMember", "eu-west-1") not in aws.writes()


def test_excluded_accounts_do_not_become_members(run: Run, aws: FakeAws) -> None:
    excluded = {"macie": {"excluded": [MEMBER]}, "detective": {"excluded": [MEMBER]}}
    assert set(states(run(MEMBER, **excluded)).values()) == {"skipped"}
    assert aws.calls == []


def test_detective_lets_new_accounts_in_and_takes_the_wanted_data(run: Run, aws: FakeAws) -> None:
    run(SECURITY)
    assert aws.detective_auto == dict.fromkeys(REGIONS, True)
    assert aws.given("UpdateDatasourcePackages")[0] == {
        "GraphArn": GRAPH,
        "DatasourcePackages": ["ASFF_SECURITYHUB_FINDING", "EKS_AUDIT"],
    }


def test_detective_takes_an_account_without_an_invitation(run: Run, aws: FakeAws) -> None:
    run(MEMBER)
    assert aws.graph_members == {(region, MEMBER): "ENABLED" for region in REGIONS}
    assert aws.given("CreateMembers")[0]["DisableEmailNotification"] is True


def test_a_member_whose_data_was_too_much_is_tried_again(run: Run, aws: FakeAws) -> None:
    aws.graph_members["eu-west-1", MEMBER] = "ACCEPTED_BUT_DISABLED"
    run(MEMBER)
    assert ("StartMonitoringMember", "eu-west-1") in aws.writes()


@pytest.mark.parametrize("account", [SECURITY, MEMBER])
def test_a_region_without_a_graph_says_so(run: Run, aws: FakeAws, account: str) -> None:
    del aws.graphs["eu-central-1"]
    result = run(account)
    assert result["state"] == "failed"
    notes = {row["note"] for row in result["rows"] if row["state"] == "failed"}
    assert notes == {"there is no graph yet; the administrator gets it with its designation"}


def test_what_detective_refuses_is_a_failure_with_its_reason(run: Run, aws: FakeAws) -> None:
    aws.unprocessed = "the account limit is reached"
    result = run(MEMBER)
    assert result["state"] == "failed"
    (row,) = (
        row for row in result["rows"] if row["state"] == "failed" and row["region"] == "eu-west-1"
    )
    assert row["note"] == "the account limit is reached"


@pytest.mark.parametrize(
    ("operation", "failed"),
    [
        ("PutClassificationExportConfiguration", {"macie-export"}),
        ("DescribeOrganizationConfiguration", {"macie-new-accounts", "detective-new-accounts"}),
        ("EnableMacie", {"macie-session"}),
    ],
)
def test_one_step_that_fails_stops_no_other(
    run: Run, aws: FakeAws, operation: str, failed: set[str]
) -> None:
    aws.fail(operation, "AccessDeniedException", region="eu-west-1", message="not authorized")
    result = run(SECURITY)
    assert result["state"] == "failed"
    found = states(result)
    assert {name for name, state in found.items() if state == "failed"} == failed
    assert "failed" not in set(states(result, "eu-central-1").values())


def test_a_refused_read_is_not_taken_for_macie_that_is_off(run: Run, aws: FakeAws) -> None:
    aws.fail("GetMacieSession", "AccessDeniedException", message="User is not authorized")
    assert states(run(SECURITY))["macie-session"] == "failed"
    assert "EnableMacie" not in {name for name, _ in aws.writes()}
    assert states(run(SECURITY, dry_run=True))["macie-session"] == "failed"


def test_throttling_is_tried_again_and_reported_in_the_end(run: Run, aws: FakeAws) -> None:
    aws.fail("CreateMember", "ThrottlingException", region="eu-west-1")
    with pytest.raises(index.ThrottledError, match="macie member in eu-west-1"):
        run(MEMBER, attempt=0)
    assert states(run(MEMBER, attempt=5))["macie-member"] == "failed"


# The construct


def create(configuration: Configuration) -> tuple[cdk.Stack, assertions.Template]:
    names = Names.of(configuration)
    env = cdk.Environment(account=SECURITY, region="eu-west-1")
    stack = cdk.Stack(cdk.App(context=CONTEXT), "Stack", env=env)
    DetectionMembers(
        stack,
        "Members",
        configuration=configuration,
        names=names,
        reports=SweepReports(stack, "Reports"),
        alarm_topic=sns.Topic.from_topic_arn(stack, "Topic", names.topic_arn("critical")),
        macie_key_arn=KEY,
    )
    return stack, assertions.Template.from_stack(stack)


@pytest.fixture(scope="module")
def created(configuration: Configuration) -> tuple[cdk.Stack, assertions.Template]:
    return create(configuration)


def statements(template: assertions.Template) -> dict[str, dict[str, Any]]:
    return {
        statement["Sid"]: statement
        for policy in template.find_resources("AWS::IAM::ManagedPolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    }


def changed(configuration: Configuration, **services: dict[str, Any]) -> Configuration:
    data = configuration.model_dump(mode="json")
    for service, settings in services.items():
        data["capabilities"][service] |= settings
    return Configuration.model_validate(data)


def test_the_function_administers_in_governed_regions_and_deletes_nothing(
    created: tuple[cdk.Stack, assertions.Template],
) -> None:
    found = statements(created[1])
    for sid in ("AdministerMacie", "AddMacieMembers", "AdministerDetective", "FindGraphs"):
        assert found[sid]["Condition"] == {
            "StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}
        }
    assert found["AddMacieMembers"]["Resource"] == "arn:aws:macie2:*:333333333333:member/*"
    allowed = [action for one in found.values() for action in listed(one["Action"])]
    assert not [
        each
        for each in allowed
        if each.startswith(("macie2:D", "detective:D")) and ":Describe" not in each
    ]
    assert found["CreateServiceLinkedRole"]["Condition"] == {
        "StringEquals": {"iam:AWSServiceName": "macie.amazonaws.com"}
    }


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_macie_1_and_macie_2_are_claimed_where_they_hold(
    created: tuple[cdk.Stack, assertions.Template], configuration: Configuration
) -> None:
    def claimed(stack: cdk.Stack) -> list[str]:
        (found,) = (row["controls"] for row in declarations(stack) if row["capability"] == "macie")
        assert isinstance(found, list)
        return found

    assert claimed(created[0]) == ["Macie.1", "Macie.2"]
    partial = changed(configuration, macie={"excluded_accounts": [MEMBER]})
    assert claimed(create(partial)[0]) == []


def test_a_service_that_is_off_is_not_touched(configuration: Configuration) -> None:
    off = changed(configuration, macie={"enabled": False})
    found = statements(create(off)[1])
    assert not {"AdministerMacie", "AddMacieMembers", "CreateServiceLinkedRole"} & set(found)
    assert set(wanted(off, Names.of(off), None)) == {"detective"}


def test_macie_without_a_key_is_an_error(configuration: Configuration) -> None:
    with pytest.raises(BaselineError, match="macie is on without macie_key_arn"):
        wanted(configuration, Names.of(configuration), None)


def test_the_guardrails_let_the_function_work_and_stop_everybody_else(
    created: tuple[cdk.Stack, assertions.Template], configuration: Configuration
) -> None:
    levels = levels_of(compose(configuration))
    organization = Organization(
        id=configuration.organization.id,
        management_account="111111111111",
        accounts={SECURITY: levels["Security"]},
    )
    stopped: dict[str, list[str]] = {"secbase-detection-administrator": [], "Administrator": []}
    found = statements(created[1])
    for sid in ("AdministerMacie", "AddMacieMembers", "AdministerDetective", "FindGraphs"):
        for action in listed(found[sid]["Action"]):
            for role, actions in stopped.items():
                request = Request(
                    principal_arn=f"arn:aws:iam::{SECURITY}:role/{role}",
                    action=action,
                    resource=found[sid]["Resource"].replace("*", "eu-west-1", 1),
                    region="eu-west-1",
                )
                if not organization.evaluate(request).allowed:
                    actions.append(action)
    assert stopped["secbase-detection-administrator"] == []
    assert {
        "detective:UpdateOrganizationConfiguration",
        "macie2:PutClassificationExportConfiguration",
        "macie2:UpdateMacieSession",
        "macie2:UpdateOrganizationConfiguration",
    } <= set(stopped["Administrator"])
