"""Each source: its pages, what it leaves out, and what it says where it is off."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from baseline.evidence.handlers.evidence.collectors import COLLECTORS, artifact
from baseline.evidence.handlers.evidence.collectors.bucket import BucketStore
from baseline.evidence.handlers.evidence.collectors.package import StoreError
from baseline.evidence.handlers.evidence.collectors.protocol import ReportPlace
from tests.unit.evidence.support import SINCE, Aws, Run, refusal, source


def rows(run: Run, path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.store.parts[path].splitlines()]


def one(name: str) -> dict[str, Any]:
    return {name: COLLECTORS[name]}


CONFIG = {
    "describe_configuration_aggregator_sources_status": [
        {"AggregatedSourceStatusList": [{"SourceId": "111111111111"}], "NextToken": "2"},
        {"AggregatedSourceStatusList": [{"SourceId": "222222222222"}]},
    ],
    "describe_aggregate_compliance_by_config_rules": [{"AggregateComplianceByConfigRules": []}],
    "select_aggregate_resource_config": [{"Results": ['{"accountId": "111111111111"}']}],
}


def test_config_reads_every_page_of_the_aggregator(run: Run) -> None:
    aws = Aws(**CONFIG)
    items = run(one("config"), source(aws))
    assert [row["SourceId"] for row in rows(run, "config/accounts.jsonl")] == [
        "111111111111",
        "222222222222",
    ]
    assert items["config/rules.jsonl"]["status"] == "empty"
    assert rows(run, "config/noncompliant-resources.jsonl") == [{"accountId": "111111111111"}]
    asked = [given for name, given in aws.calls if name.startswith("describe_configuration")]
    assert asked[-1] == {"ConfigurationAggregatorName": "secbase-aggregator", "NextToken": "2"}


@pytest.mark.parametrize("name", ["config", "conformance-packs"])
def test_without_an_aggregator_it_is_not_enabled(run: Run, name: str) -> None:
    items = run(one(name), source(Aws(), aggregator=""))
    assert items[name]["status"] == "not enabled"
    gone = Aws(**{key: [refusal("NoSuchConfigurationAggregatorException")] for key in CONFIG})
    if name == "config":
        found = Run()(one(name), source(gone))
        assert {item["status"] for item in found.values()} == {"not enabled"}


def test_conformance_packs_by_account(run: Run) -> None:
    aws = Aws(
        describe_aggregate_compliance_by_conformance_packs=[
            {"AggregateComplianceByConformancePacks": [{"ConformancePackName": "root"}]}
        ],
        get_aggregate_conformance_pack_compliance_summary=[
            {"AggregateConformancePackComplianceSummaries": [{"GroupName": "111111111111"}]}
        ],
    )
    run(one("conformance-packs"), source(aws))
    assert rows(run, "conformance-packs/results.jsonl") == [{"ConformancePackName": "root"}]
    assert rows(run, "conformance-packs/accounts.jsonl") == [{"GroupName": "111111111111"}]


def finding(control: str, status: str, **more: Any) -> dict[str, Any]:
    return {
        "Id": f"{control}/{status}",
        "AwsAccountId": "555555555555",
        "ProductName": "Security Hub",
        "Compliance": {"Status": status, "SecurityControlId": control},
        "Severity": {"Label": "HIGH"},
        "Description": "quotes AKIA and its neighbours",
        "Resources": [{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::b", "Details": {"x": "y"}}],
        **more,
    }


HUB = {
    "get_enabled_standards": [
        {"StandardsSubscriptions": [{"StandardsSubscriptionArn": "s", "StandardsArn": "standard"}]}
    ],
    "describe_standards_controls": [
        {"Controls": [{"ControlId": "S3.1"}], "NextToken": "2"},
        {"Controls": [{"ControlId": "S3.9"}]},
    ],
    "get_findings": [
        {"Findings": [finding("S3.1", "PASSED"), finding("S3.1", "FAILED")], "NextToken": "2"},
        {"Findings": [finding("EC2.13", "FAILED", AwsAccountId="666666666666")]},
    ],
}


def test_security_hub_counts_what_it_passes_on(run: Run) -> None:
    aws = Aws(**HUB)
    run(one("security-hub"), source(aws))
    assert [row["ControlId"] for row in rows(run, "security-hub/controls.jsonl")] == [
        "S3.1",
        "S3.9",
    ]
    found = rows(run, "security-hub/findings.jsonl")
    assert [row["Control"] for row in found] == ["S3.1", "S3.1", "EC2.13"]
    assert found[0]["Resources"] == [{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::b"}]
    assert "neighbours" not in run.store.parts["security-hub/findings.jsonl"].decode()
    assert json.loads(run.store.parts["security-hub/summary.json"]) == {
        "controls": {"S3.1": {"PASSED": 1, "FAILED": 1}, "EC2.13": {"FAILED": 1}},
        "not_passed_by_severity": {"HIGH": 2},
        "not_passed_by_product": {"Security Hub": 2},
        "not_passed_by_account": {"555555555555": 1, "666666666666": 1},
    }
    filters = next(given["Filters"] for name, given in aws.calls if name == "get_findings")
    assert filters["UpdatedAt"][0]["Start"] == "2026-10-22T00:00:00Z"


def test_findings_that_break_off_are_not_summed_up(run: Run) -> None:
    broken = {**HUB, "get_findings": [HUB["get_findings"][0], refusal("InternalException")]}
    items = run(one("security-hub"), source(Aws(**broken)))
    assert items["security-hub/findings.jsonl"]["status"] == "failed"
    assert items["security-hub/summary.json"]["status"] == "failed"
    assert items["security-hub/standards.jsonl"]["status"] == "collected"


def test_a_hub_that_is_off_is_not_enabled(run: Run) -> None:
    off = Aws(**{key: [refusal("InvalidAccessException")] for key in HUB})
    items = run(one("security-hub"), source(off))
    assert {item["status"] for item in items.values()} == {"not enabled"}


REPORT = {
    "id": "report-0123456789abcdef",
    "version": 2,
    "name": "SOC 2 / Type II",
    "series": "SOC",
    "state": "PUBLISHED",
    "acceptanceType": "PASSTHROUGH",
}
ADDRESS = "https://artifact.example/r?X-Amz-Signature=abcdef"
ARTIFACT = {
    "list_reports": [
        {"reports": [REPORT], "nextToken": "2"},
        {"reports": [{**REPORT, "id": "report-1", "acceptanceType": "EXPLICIT"}]},
        {"reports": [REPORT], "nextToken": "2"},
        {"reports": [{**REPORT, "id": "report-1", "acceptanceType": "EXPLICIT"}]},
    ],
    "list_customer_agreements": [{"customerAgreements": []}],
    "get_term_for_report": [{"termToken": "term", "documentPresignedUrl": ADDRESS}],
    "get_report": [{"documentPresignedUrl": ADDRESS}],
}
PATH = "artifact/reports/SOC-SOC-2-Type-II-report-0123456789abcdef-v2.pdf"


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    addresses: list[str] = []

    def download(address: str, target: Any) -> int:
        addresses.append(address)
        target.write(b"%PDF-1.7 report")
        return 1

    monkeypatch.setattr(artifact, "download", download)
    return addresses


def test_artifact_lists_in_its_own_region_and_fetches_nothing(run: Run, fetched: list[str]) -> None:
    aws = Aws(**ARTIFACT)
    items = run(one("artifact"), source(aws))
    assert aws.places == [("artifact", "us-east-1")]
    assert items["artifact/reports.jsonl"]["records"] == 2
    assert items["artifact/agreements.jsonl"]["status"] == "empty"
    assert fetched == []


def test_artifact_reports_are_fetched_and_no_terms_accepted(run: Run, fetched: list[str]) -> None:
    items = run(one("artifact"), source(Aws(**ARTIFACT), artifact="reports"))
    assert run.store.parts[PATH] == b"%PDF-1.7 report"
    refused = next(item for item in items.values() if "report-1-" in item["path"])
    assert refused["status"] == "denied"
    assert "--accept-terms" in refused["error"]
    assert fetched == [ADDRESS]
    assert b"X-Amz" not in run.store.manifest + b"".join(run.store.parts.values())


def test_artifact_terms_are_accepted_on_request(run: Run, fetched: list[str]) -> None:
    aws = Aws(**ARTIFACT)
    run(one("artifact"), source(aws, artifact="reports", accept_terms=True))
    assert len(fetched) == 2
    assert run.manifest["complete"]
    tokens = [given["termToken"] for name, given in aws.calls if name == "get_report"]
    assert tokens == ["term", "term"]


def test_artifact_without_permission_is_denied(run: Run) -> None:
    items = run(one("artifact"), source(Aws(), artifact="reports"))
    assert items["artifact/reports.jsonl"]["status"] == "denied"
    assert items["artifact"]["status"] == "denied"


def test_a_report_is_fetched_in_pieces_over_https_only() -> None:
    target = io.BytesIO()

    @contextmanager
    def opened(address: str, *, timeout: int) -> Iterator[io.BytesIO]:
        assert (address, timeout) == (ADDRESS, 60)
        yield io.BytesIO(b"x" * 3_000_000)

    assert artifact.download(ADDRESS, target, opened) == 1
    assert len(target.getvalue()) == 3_000_000
    with pytest.raises(ValueError, match="https"):
        artifact.download("http://artifact.example/", target, opened)
    with pytest.raises(ValueError, match="https"):
        artifact.download("file:///etc/passwd", target, opened)


def test_an_address_that_fails_is_not_told() -> None:
    def opened(_: str, *, timeout: int) -> Any:
        raise OSError(f"{ADDRESS} {timeout}")

    with pytest.raises(RuntimeError) as caught:
        artifact.download(ADDRESS, io.BytesIO(), opened)
    assert "Signature" not in str(caught.value)


def test_backup_reads_frameworks_and_jobs_since(run: Run) -> None:
    aws = Aws(
        list_frameworks=[{"Frameworks": [{"FrameworkName": "daily"}]}],
        describe_framework=[
            {"FrameworkName": "daily", "FrameworkControls": [], "ResponseMetadata": {}}
        ],
        list_report_jobs=[
            {"ReportJobs": [{"ReportJobId": "1"}], "NextToken": "2"},
            {"ReportJobs": []},
        ],
    )
    run(one("backup"), source(aws))
    assert rows(run, "backup/frameworks.jsonl") == [
        {"FrameworkName": "daily", "FrameworkControls": []}
    ]
    jobs = [given for name, given in aws.calls if name == "list_report_jobs"]
    assert jobs[0] == {"ByCreationAfter": SINCE}


def test_requests_are_ones_that_aws_understands(run: Run) -> None:
    """Each parameter and page token, against botocore's models."""
    config = boto3.client("config", region_name="eu-west-1")
    name = {"ConfigurationAggregatorName": "secbase-aggregator"}
    with Stubber(config) as stub:
        stub.add_response(
            "describe_aggregate_compliance_by_conformance_packs",
            {"AggregateComplianceByConformancePacks": [], "NextToken": "2"},
            name,
        )
        stub.add_response(
            "describe_aggregate_compliance_by_conformance_packs",
            {"AggregateComplianceByConformancePacks": []},
            {**name, "NextToken": "2"},
        )
        stub.add_client_error(
            "get_aggregate_conformance_pack_compliance_summary", "ValidationException"
        )
        items = run(one("conformance-packs"), source(Aws(), client=lambda *_: config))
        stub.assert_no_pending_responses()
    assert items["conformance-packs/results.jsonl"]["status"] == "empty"
    assert items["conformance-packs/accounts.jsonl"]["status"] == "failed"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        client = boto3.client("s3", region_name="eu-west-1")
        place = {"LocationConstraint": "eu-west-1"}
        client.create_bucket(Bucket="jobs", CreateBucketConfiguration=place)
        client.create_bucket(
            Bucket="packages", CreateBucketConfiguration=place, ObjectLockEnabledForBucket=True
        )
        yield client


def test_reports_of_jobs_are_listed_and_copied(run: Run, s3: Any) -> None:
    key = "reports/settings/2026-11-22T03:00:00Z.json"
    s3.put_object(Bucket="jobs", Key=key, Body=b'{"ok": 1}')
    s3.put_object(Bucket="jobs", Key="elsewhere/x", Body=b"no")
    place = ReportPlace(name="jobs", bucket="jobs", prefix="reports/")
    asked = source(Aws(), client=lambda *_: s3, report_places=(place,))
    items = run(one("reports"), asked)
    assert [row["key"] for row in rows(run, "reports/jobs.jsonl")] == [key]
    assert run.store.parts["reports/jobs/settings/2026-11-22T03%3A00%3A00Z.json"] == b'{"ok": 1}'
    assert len(items) == 2
    listed = Run()
    listed(
        one("reports"),
        source(
            Aws(),
            client=lambda *_: s3,
            report_places=(ReportPlace(name="jobs", bucket="jobs", copies=False),),
        ),
    )
    assert set(listed.store.parts) == {"reports/jobs.jsonl"}


def test_old_reports_stay_where_they_are_and_a_lost_bucket_is_named(run: Run, s3: Any) -> None:
    s3.put_object(Bucket="jobs", Key="reports/1", Body=b"x")
    future = datetime(2999, 1, 1, tzinfo=UTC)
    places = (ReportPlace(name="jobs", bucket="jobs"), ReportPlace(name="gone", bucket="gone"))
    asked = source(Aws(), client=lambda *_: s3, report_places=places, since=future)
    items = run(one("reports"), asked)
    assert items["reports/jobs.jsonl"]["status"] == "empty"
    assert items["reports/gone.jsonl"]["status"] == "not enabled"
    assert run.store.parts == {}


def test_a_bucket_gets_the_parts_with_their_hash_and_the_manifest_last(run: Run, s3: Any) -> None:
    run.store = BucketStore(s3, "packages", "compliance/1/")  # type: ignore[assignment]
    s3.put_object(Bucket="jobs", Key="reports/1", Body=b"x" * 2_000_000)
    asked = source(
        Aws(), client=lambda *_: s3, report_places=(ReportPlace(name="jobs", bucket="jobs"),)
    )
    items = run(one("reports"), asked)
    kept = s3.get_object(Bucket="packages", Key="compliance/1/reports/jobs/reports/1")
    assert len(kept["Body"].read()) == items["reports/jobs/reports/1"]["bytes"] == 2_000_000
    body = s3.get_object(Bucket="packages", Key="compliance/1/manifest.json")["Body"].read()
    assert json.loads(body) == run.manifest


def test_a_bucket_that_refuses_ends_the_run(run: Run, s3: Any) -> None:
    run.store = BucketStore(s3, "nobody-made-it", "compliance/1/")  # type: ignore[assignment]
    with pytest.raises(StoreError, match="s3://nobody-made-it/compliance/1/manifest"):
        run({}, source(Aws()))
