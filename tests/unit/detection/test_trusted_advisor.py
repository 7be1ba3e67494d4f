"""Trusted Advisor: read and refreshed in every account, told once, quiet where nothing changes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_sns as sns
from botocore.client import BaseClient

from baseline.config import Configuration, Names, load
from baseline.detection.trusted_advisor import MARKER, TrustedAdvisor
from baseline.guardrails.composition import compose
from baseline.guardrails.evaluation import Organization
from baseline.guardrails.placement import levels_of
from baseline.guardrails.request import Request
from baseline.identity.trusted_advisor_role import TrustedAdvisorRole
from baseline.settings.sweep_reports import SweepReports
from tests.handlers import load_handler
from tests.support import CONTEXT
from tests.unit.detection.advisor_aws import OPEN, Support

index = load_handler("baseline/detection/handlers/trusted_advisor")
findings_of = sys.modules["advisor_findings"]
HOME = "eu-west-1"
MEMBER = "555555555555"
Run = Callable[..., dict[str, Any]]


@pytest.fixture
def support(monkeypatch: pytest.MonkeyPatch) -> Support:
    fake = Support()
    monkeypatch.setattr(
        BaseClient,
        "_make_api_call",
        # A function, which becomes a method of the clients.
        lambda *call: fake(*call),  # noqa: PLW0108
    )
    for name, value in {
        "BUCKET": "reports",
        "HOME_REGION": HOME,
        "MARKER": MARKER,
        "PARTITION": "aws",
        "ROLE": "secbase-trusted-advisor",
        "SECURITY_HUB": "true",
        "TOPIC": "arn:aws:sns:eu-west-1:333333333333:secbase-findings-high",
    }.items():
        monkeypatch.setenv(name, value)
    return fake


@pytest.fixture
def run(support: Support) -> Run:
    del support

    def invoke(*, dry_run: bool = False, attempt: int = 5, account: str = MEMBER) -> Any:
        event = {"account": {"id": account, "name": "team"}, "dry_run": dry_run, "attempt": attempt}
        return index.handler(event, None)

    return invoke


def imported(support: Support) -> list[dict[str, Any]]:
    return [one for given in support.of("BatchImportFindings") for one in given["Findings"]]


def test_security_checks_are_read_refreshed_and_told(run: Run, support: Support) -> None:
    result = run()
    assert result["state"] == "changed"
    assert [row.get("found") for row in result["rows"]] == ["FAILED", "PASSED", "1 imported"]
    assert [given["checkId"] for given in support.of("RefreshTrustedAdvisorCheck")] == [
        "HCP4007jGY",
        "Pfx0RwqBli",
    ]
    (finding,) = imported(support)
    assert finding["Id"] == f"{MEMBER}/trusted-advisor/HCP4007jGY"
    assert finding["AwsAccountId"] == MEMBER
    assert finding["ProductArn"] == (
        f"arn:aws:securityhub:eu-west-1:{MEMBER}:product/{MEMBER}/default"
    )
    assert finding["Severity"] == {"Label": "HIGH"}
    assert finding["Compliance"] == {"Status": "FAILED"}
    assert finding["Resources"] == [
        {
            "Type": "Other",
            "Id": "r-1",
            "Region": "eu-west-1",
            "Details": {
                "Other": {
                    "Region": "eu-west-1",
                    "Security Group Name": "web (sg-1)",
                    "Port": "3389",
                }
            },
        }
    ]
    assert len(finding["Description"]) <= 1024


def test_the_account_s_own_role_is_entered(run: Run, support: Support) -> None:
    run()
    (given,) = support.of("AssumeRole")
    assert given["RoleArn"] == f"arn:aws:iam::{MEMBER}:role/secbase-trusted-advisor"


def test_what_says_the_same_as_yesterday_is_not_told_again(run: Run, support: Support) -> None:
    run()
    support.calls.clear()
    assert run()["state"] == "ok"
    assert imported(support) == []


def test_a_check_that_passes_again_ends_its_finding(run: Run, support: Support) -> None:
    run()
    support.results["HCP4007jGY"] = {"status": "ok", "flaggedResources": []}
    support.calls.clear()
    run()
    (finding,) = imported(support)
    assert (finding["RecordState"], finding["Compliance"]["Status"]) == ("ARCHIVED", "PASSED")


def test_another_flagged_resource_is_told(run: Run, support: Support) -> None:
    run()
    support.calls.clear()
    more = {**OPEN, "resourceId": "r-2"}
    support.results["HCP4007jGY"]["flaggedResources"] = [OPEN, more]
    run()
    assert [each["Id"] for each in imported(support)[0]["Resources"]] == ["r-1", "r-2"]


def test_what_a_person_excluded_in_trusted_advisor_is_no_finding(
    run: Run, support: Support
) -> None:
    support.results["HCP4007jGY"]["flaggedResources"] = [{**OPEN, "isSuppressed": True}]
    run()
    assert imported(support) == []


def test_a_finding_takes_no_more_than_32_resources(run: Run, support: Support) -> None:
    many = [{**OPEN, "resourceId": f"r-{number}"} for number in range(40)]
    support.results["HCP4007jGY"]["flaggedResources"] = many
    run()
    (finding,) = imported(support)
    assert len(finding["Resources"]) == 32
    assert finding["Description"].startswith("40 resources are flagged.")


def test_a_finding_is_kept_alive_before_security_hub_deletes_it() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    place = {"account": MEMBER, "partition": "aws", "region": HOME}

    def since(days: int) -> dict[str, Any]:
        stamp = (now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
        found: dict[str, Any] = findings_of.of_plan(place, stamp, missing=True)
        return found

    assert not findings_of.changed(since(0), since(29), now)
    assert findings_of.changed(since(0), since(31), now)


def test_a_dry_run_neither_refreshes_nor_tells(run: Run, support: Support) -> None:
    support.fail("DescribeTrustedAdvisorChecks", "SubscriptionRequiredException")
    run(dry_run=True)
    support.heal()
    run(dry_run=True)
    called = {name for name, _, _ in support.calls}
    assert called == {
        "AssumeRole",
        "DescribeTrustedAdvisorChecks",
        "DescribeTrustedAdvisorCheckResult",
    }


def test_a_support_plan_that_does_not_allow_it_is_told_once_and_no_failure(
    run: Run, support: Support
) -> None:
    support.fail("DescribeTrustedAdvisorChecks", "SubscriptionRequiredException")
    for account in (MEMBER, MEMBER, "666666666666"):
        assert run(account=account)["state"] != "failed"
    (message,) = support.of("Publish")
    assert f"Account {MEMBER} (team)" in message["Message"]
    assert "AWS Business Support+" in message["Message"]
    assert "told once" in message["Message"]
    about_member = [one for one in imported(support) if one["AwsAccountId"] == MEMBER]
    assert [one["Severity"]["Label"] for one in about_member] == ["INFORMATIONAL"]


def test_the_report_names_every_account_without_the_plan(run: Run, support: Support) -> None:
    support.fail("DescribeTrustedAdvisorChecks", "SubscriptionRequiredException")
    for _ in range(2):
        (row, _) = run()["rows"]
        assert row["setting"] == "support-plan"
        assert "need AWS Business Support+" in row["note"]


def test_a_plan_that_comes_later_ends_the_finding_about_it(run: Run, support: Support) -> None:
    support.fail("DescribeTrustedAdvisorChecks", "SubscriptionRequiredException")
    run()
    support.heal()
    support.calls.clear()
    run()
    ended = [one for one in imported(support) if one["Id"].endswith("support-plan")]
    assert [one["RecordState"] for one in ended] == ["ARCHIVED"]


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("DescribeTrustedAdvisorChecks", "AccessDeniedException"),
        ("DescribeTrustedAdvisorChecks", "InternalServerError"),
        ("AssumeRole", "AccessDenied"),
        ("BatchImportFindings", "LimitExceededException"),
    ],
)
def test_whatever_else_fails_is_a_failure_with_its_reason(
    run: Run, support: Support, operation: str, code: str
) -> None:
    support.fail(operation, code)
    result = run()
    assert result["state"] == "failed"
    assert operation in str(result["rows"])
    assert code in str(result["rows"])
    assert support.of("Publish") == []


def test_a_check_that_cannot_be_read_leaves_the_others_alone(run: Run, support: Support) -> None:
    support.fail("RefreshTrustedAdvisorCheck", "InternalServerError")
    result = run()
    assert result["state"] == "failed"
    assert [row["state"] for row in result["rows"]] == ["failed", "failed", "unchanged"]


@pytest.mark.parametrize("code", ["InvalidParameterValueException", "InvalidParameterValue"])
def test_a_check_that_refreshes_itself_is_fine(run: Run, support: Support, code: str) -> None:
    support.fail("RefreshTrustedAdvisorCheck", code)
    assert run()["state"] == "changed"


def test_a_check_without_a_result_yet_is_no_finding(run: Run, support: Support) -> None:
    for result in support.results.values():
        result["status"] = "not_available"
    assert [row["state"] for row in run()["rows"]] == ["unchanged"] * 3
    assert imported(support) == []


def test_throttling_is_tried_again_and_reported_in_the_end(run: Run, support: Support) -> None:
    support.fail("DescribeTrustedAdvisorCheckResult", "ThrottlingException")
    with pytest.raises(index.ThrottledError):
        run(attempt=0)
    assert run(attempt=5)["state"] == "failed"


def test_without_security_hub_the_report_has_it(
    run: Run, support: Support, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECURITY_HUB", "false")
    assert [row.get("found") for row in run()["rows"]] == ["FAILED", "PASSED"]
    assert support.of("GetFindings") == []


def test_security_hub_that_is_off_in_the_account_is_a_failure_that_says_so(
    run: Run, support: Support
) -> None:
    support.fail("GetFindings", "InvalidAccessException")
    assert run()["rows"][-1] == {
        "setting": "findings",
        "state": "failed",
        "note": "Security Hub is off in this account",
    }


# The construct and the role


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(Path("baseline.yaml"))


@pytest.fixture(scope="module")
def template(configuration: Configuration) -> assertions.Template:
    names = Names.of(configuration)
    env = cdk.Environment(account=names.security, region=HOME)
    stack = cdk.Stack(cdk.App(context=CONTEXT), "Stack", env=env)
    TrustedAdvisor(
        stack,
        "TrustedAdvisor",
        configuration=configuration,
        names=names,
        reports=SweepReports(stack, "Reports"),
        alarm_topic=sns.Topic.from_topic_arn(stack, "Topic", names.topic_arn("critical")),
        message_topic_arn=names.topic_arn("high"),
    )
    TrustedAdvisorRole(stack, "Role", names=names)
    return assertions.Template.from_stack(stack)


def statements(template: assertions.Template) -> dict[str, dict[str, Any]]:
    return {
        statement["Sid"]: statement
        for policy in template.find_resources("AWS::IAM::ManagedPolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    }


def test_it_runs_on_a_schedule(template: assertions.Template) -> None:
    template.has_resource_properties(
        "AWS::Events::Rule", {"ScheduleExpression": "cron(0 5 * * ? *)"}
    )


def test_it_assumes_one_role_in_accounts_of_the_organization_only(
    template: assertions.Template,
) -> None:
    found = statements(template)
    assume = found["AssumeTrustedAdvisorRoles"]
    assert assume["Resource"] == "arn:aws:iam::*:role/secbase-trusted-advisor"
    assert assume["Condition"] == {"StringEquals": {"aws:ResourceOrgID": "o-exampleorgid"}}
    assert json.dumps(found["RememberMessage"]["Resource"]).count(MARKER) == 1


def test_the_role_reads_checks_and_no_support_case(template: assertions.Template) -> None:
    (role,) = template.find_resources(
        "AWS::IAM::Role", {"Properties": {"RoleName": "secbase-trusted-advisor"}}
    ).values()
    trust = role["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]
    assert "secbase-trusted-advisor-reader" in str(trust["Condition"]["ArnEquals"])
    assert trust["Condition"]["StringEquals"] == {"aws:PrincipalOrgID": "o-exampleorgid"}
    assert statements(template)["ReadChecks"]["Action"] == [
        "support:DescribeTrustedAdvisorCheckResult",
        "support:DescribeTrustedAdvisorChecks",
        "support:RefreshTrustedAdvisorCheck",
    ]


@pytest.mark.parametrize("unit", ["Workloads/Production", "Sandbox", "Security"])
def test_the_region_guardrail_lets_it_through_where_support_answers(
    template: assertions.Template, configuration: Configuration, unit: str
) -> None:
    levels = levels_of(compose(configuration))
    organization = Organization(
        id=configuration.organization.id,
        management_account="111111111111",
        accounts={MEMBER: levels[unit]},
    )
    for action in statements(template)["ReadChecks"]["Action"]:
        request = Request(
            principal_arn=f"arn:aws:iam::{MEMBER}:role/secbase-trusted-advisor",
            action=action,
            resource="*",
            region="us-east-1",
        )
        assert organization.evaluate(request).allowed, action
    elsewhere = Request(
        principal_arn=f"arn:aws:iam::{MEMBER}:role/secbase-trusted-advisor",
        action="ec2:DescribeInstances",
        resource="*",
        region="us-east-1",
    )
    assert not organization.evaluate(elsewhere).allowed
