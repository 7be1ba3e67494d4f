"""The report: machines that lack patches, that nobody scanned, and accounts that cannot be read."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_sns as sns
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.validate import validate_parameters

from baseline.config import Configuration, Names, load
from baseline.controls.registry import declarations
from baseline.patching.report import PatchReport
from baseline.patching.report_role import PatchReportRole
from baseline.settings.sweep_reports import SweepReports
from tests.handlers import load_handler
from tests.support import CONTEXT, ROOT
from tests.unit.patching.conftest import NAMES

index = load_handler("baseline/patching/handlers/patch_report")
patch_rows = sys.modules["patch_rows"]
Row = dict[str, Any]
MEMBER = "555555555555"
REGIONS = ("eu-west-1", "eu-central-1")


def machine(name: str) -> Row:
    return {"InstanceId": name, "PlatformName": "Amazon Linux", "PlatformVersion": "2023"}


def compliance(name: str, *, missing: int = 0, severity: str = "HIGH", age: int = 0) -> Row:
    return {
        "ComplianceType": "Patch",
        "ResourceType": "ManagedInstance",
        "ResourceId": name,
        "Status": "NON_COMPLIANT" if missing else "COMPLIANT",
        "OverallSeverity": severity if missing else "UNSPECIFIED",
        "ExecutionSummary": {"ExecutionTime": datetime.now(UTC) - timedelta(days=age)},
        "NonCompliantSummary": {"NonCompliantCount": missing},
    }


class Aws:
    """Systems Manager of one account: two pages of machines in each Region."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Row]] = []
        self.machines: dict[str, list[Row]] = {region: [] for region in REGIONS}
        self.states: dict[str, list[Row]] = {region: [] for region in REGIONS}
        self.faults: dict[tuple[str, str], str] = {}

    def __call__(self, client: BaseClient, operation: str, parameters: Row) -> Row:
        region, model = client.meta.region_name, client.meta.service_model
        validate_parameters(parameters, model.operation_model(operation).input_shape)
        self.calls.append((operation, region, parameters))
        code = self.faults.get((operation, region))
        if code:
            raise ClientError({"Error": {"Code": code, "Message": "as planned"}}, operation)
        if operation == "AssumeRole":
            key = {"AccessKeyId": "k", "SecretAccessKey": "s", "SessionToken": "t"}
            return {"Credentials": key}
        machines = operation == "DescribeInstanceInformation"
        kept = (self.machines if machines else self.states)[region]
        name = "InstanceInformationList" if machines else "ResourceComplianceSummaryItems"
        if "NextToken" in parameters:
            return {name: kept[1:]}
        return {name: kept[:1], **({"NextToken": "more"} if len(kept) > 1 else {})}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    fake = Aws()
    monkeypatch.setattr(
        BaseClient,
        "_make_api_call",
        # A function, which becomes a method of the clients.
        lambda *call: fake(*call),  # noqa: PLW0108
    )
    for name, value in {
        "HOME_REGION": "eu-west-1",
        "PARTITION": "aws",
        "REGIONS": ",".join(REGIONS),
        "ROLE": "secbase-patch-report",
    }.items():
        monkeypatch.setenv(name, value)
    return fake


def run(attempt: int = 0) -> dict[str, Any]:
    event = {"account": {"id": MEMBER, "name": "team"}, "dry_run": False, "attempt": attempt}
    answer: dict[str, Any] = index.handler(event, None)
    return answer


def test_ssm_2_machines_that_lack_patches_are_named_the_worst_first(aws: Aws) -> None:
    aws.machines["eu-west-1"] = [machine("i-1"), machine("i-2"), machine("i-3")]
    aws.states["eu-west-1"] = [
        compliance("i-1", missing=2, severity="MEDIUM"),
        compliance("i-2", missing=1, severity="CRITICAL"),
        compliance("i-3"),
    ]
    answer = run()
    assert answer["state"] == "ok"
    head, other, *machines = answer["rows"]
    assert head == {
        "setting": "eu-west-1",
        "state": "ok",
        "machines": 3,
        "compliant": 1,
        "noncompliant": 2,
        "not_scanned": 0,
        "stale": 0,
    }
    assert (other["setting"], other["machines"]) == ("eu-central-1", 0)
    assert [(row["machine"], row["severity"], row["patches"]) for row in machines] == [
        ("i-2", "CRITICAL", 1),
        ("i-1", "MEDIUM", 2),
    ]
    assert machines[0]["system"] == "Amazon Linux 2023"


def test_ssm_1_a_machine_that_was_never_scanned_is_named(aws: Aws) -> None:
    aws.machines["eu-central-1"] = [machine("i-9")]
    rows = {row["setting"]: row for row in run()["rows"] if "machine" not in row}
    assert rows["eu-central-1"]["not_scanned"] == 1
    (named,) = [row for row in run()["rows"] if "machine" in row]
    assert (named["machine"], named["found"]) == ("i-9", "not scanned")


def test_a_machine_whose_scan_is_old_is_stale(aws: Aws) -> None:
    aws.machines["eu-west-1"] = [machine("i-1"), machine("i-2")]
    aws.states["eu-west-1"] = [compliance("i-1", age=4), compliance("i-2", age=2)]
    head, *_ = run()["rows"]
    assert (head["stale"], head["compliant"]) == (1, 1)


def test_only_patches_are_asked_for_with_the_account_s_own_role(aws: Aws) -> None:
    run()
    (role,) = [given for name, _, given in aws.calls if name == "AssumeRole"]
    assert role["RoleArn"] == f"arn:aws:iam::{MEMBER}:role/secbase-patch-report"
    asked = [given for name, _, given in aws.calls if name == "ListResourceComplianceSummaries"]
    assert len(asked) == 2
    assert all(
        given["Filters"] == [{"Key": "ComplianceType", "Values": ["Patch"], "Type": "EQUAL"}]
        for given in asked
    )
    assert {name for name, _, _ in aws.calls} == {
        "AssumeRole",
        "DescribeInstanceInformation",
        "ListResourceComplianceSummaries",
    }


def test_a_region_that_cannot_be_read_hides_no_other(aws: Aws) -> None:
    aws.faults["DescribeInstanceInformation", "eu-west-1"] = "AccessDeniedException"
    aws.machines["eu-central-1"] = [machine("i-1")]
    answer = run()
    assert answer["state"] == "failed"
    rows = {row["setting"]: row for row in answer["rows"]}
    assert "AccessDeniedException" in rows["eu-west-1"]["note"]
    assert rows["eu-central-1"]["found"] == "not scanned"


def test_an_account_without_the_role_is_a_failure(aws: Aws) -> None:
    aws.faults["AssumeRole", "eu-west-1"] = "AccessDenied"
    answer = run()
    assert answer["state"] == "failed"
    assert answer["rows"][0]["setting"] == "account"


def test_what_aws_throttles_is_tried_again_and_not_for_ever(aws: Aws) -> None:
    aws.faults["ListResourceComplianceSummaries", "eu-central-1"] = "ThrottlingException"
    with pytest.raises(index.ThrottledError):
        run(attempt=0)
    assert run(attempt=5)["state"] == "failed"


def test_thousands_of_machines_fit_the_answer_and_stay_counted(aws: Aws) -> None:
    count = 3_000
    names = [f"i-{number:017x}" for number in range(count)]
    aws.machines["eu-west-1"] = [machine(name) for name in names]
    aws.states["eu-west-1"] = [
        compliance(name, missing=3, severity="CRITICAL" if name == names[-1] else "LOW")
        for name in names
    ]
    answer = run()
    assert len(json.dumps(answer).encode()) < 200_000
    assert answer["rows"][0]["noncompliant"] == count
    assert next(row for row in answer["rows"] if "machine" in row)["machine"] == names[-1]
    assert answer["rows"][-1]["note"] == f"{count - patch_rows.LISTED} more"


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(ROOT / "baseline.yaml")


@pytest.fixture(scope="module")
def report(configuration: Configuration) -> cdk.Stack:
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    here = cdk.Environment(account="333333333333", region="eu-west-1")
    stack = cdk.Stack(app, "Settings", env=here)
    PatchReport(
        stack,
        "PatchReport",
        configuration=configuration,
        names=NAMES,
        reports=SweepReports(stack, "Reports"),
        alarm_topic=sns.Topic.from_topic_arn(stack, "Critical", NAMES.topic_arn("critical")),
    )
    return stack


def test_the_report_is_daily_and_may_only_enter_accounts(report: cdk.Stack) -> None:
    template = assertions.Template.from_stack(report)
    template.has_resource_properties(
        "AWS::Events::Rule", {"ScheduleExpression": "cron(0 6 * * ? *)"}
    )
    template.has_resource_properties(
        "AWS::Lambda::Function",
        {
            "Environment": {
                "Variables": {
                    "REGIONS": "eu-west-1,eu-central-1",
                    "ROLE": "secbase-patch-report",
                }
            }
        },
    )
    found = json.dumps(template.to_json())
    assert "secbase-patch-compliance-failed-accounts" in found
    entered = [
        row
        for resource in template.to_json()["Resources"].values()
        for row in resource.get("Properties", {}).get("PolicyDocument", {}).get("Statement", [])
        if row.get("Sid") == "AssumePatchReportRoles"
    ]
    assert entered[0]["Resource"] == "arn:aws:iam::*:role/secbase-patch-report"
    assert entered[0]["Condition"] == {"StringEquals": {"aws:ResourceOrgID": "o-exampleorgid"}}


def test_controls_are_declared(report: cdk.Stack) -> None:
    declared = {str(each["capability"]): each["controls"] for each in declarations(report)}
    assert declared["patch-report"] == ["SSM.1", "SSM.2"]


def test_the_account_s_role_lists_machines_and_nothing_else(names: Names) -> None:
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    stack = cdk.Stack(app, "Roles")
    PatchReportRole(stack, "Report", names=names)
    template = assertions.Template.from_stack(stack).to_json()["Resources"].values()
    (policy,) = [row for row in template if row["Type"] == "AWS::IAM::ManagedPolicy"]
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == [
        "ssm:DescribeInstanceInformation",
        "ssm:ListResourceComplianceSummaries",
    ]
    (role,) = [row["Properties"] for row in template if row["Type"] == "AWS::IAM::Role"]
    trust = json.dumps(role["AssumeRolePolicyDocument"])
    assert "role/secbase-patch-reporter" in trust
    assert "o-exampleorgid" in trust
