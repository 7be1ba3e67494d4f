"""Security Hub has what the last scan found; what is gone is resolved, and nothing of people's is lost."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.session import get_session
from botocore.validate import validate_parameters
from moto import mock_aws

from baseline.delivery.scans.findings import Scan
from baseline.delivery.scans.importing import archive, import_findings, scan_folders
from baseline.delivery.scans.importing.security_hub import Imported, in_requests
from baseline.delivery.scans.reports import Origin, Result
from baseline.delivery.scans.running import ScanError
from tests.unit.delivery.scans.results import WHEN, result, written

ORIGIN = Origin(account="333333333333", region="eu-west-1")
MODEL = get_session().get_service_model("securityhub")


class Hub:
    """Security Hub as its documentation says it behaves; every request is held to botocore's model."""

    def __init__(self) -> None:
        self.findings: dict[str, dict[str, Any]] = {}
        self.refused: set[str] = set()
        self.sizes: list[int] = []

    def batch_import_findings(self, **request: Any) -> dict[str, Any]:
        validate_parameters(request, MODEL.operation_model("BatchImportFindings").input_shape)
        given = request["Findings"]
        self.sizes.append(len(given))
        assert 1 <= len(given) <= 100
        failed = [each["Id"] for each in given if each["Id"] in self.refused]
        for each in given:
            if each["Id"] in failed:
                continue
            known: dict[str, Any] = self.findings.get(each["Id"], {"Workflow": {"Status": "NEW"}})
            assert known.get("UpdatedAt", "") < each["UpdatedAt"]
            kept: dict[str, Any] = {key: known[key] for key in ("Workflow", "Note") if key in known}
            fields = {**each["ProductFields"], "aws/securityhub/ProductName": "Default"}
            self.findings[each["Id"]] = {
                **each,
                **kept,
                "ProductFields": fields,
                "Region": "eu-west-1",
                "ProcessedAt": each["UpdatedAt"],
            }
        rows = [{"Id": id_, "ErrorCode": "InvalidInput", "ErrorMessage": "no"} for id_ in failed]
        return {
            "FailedCount": len(failed),
            "SuccessCount": len(given) - len(failed),
            "FailedFindings": rows,
        }

    def batch_update_findings(self, **request: Any) -> dict[str, Any]:
        validate_parameters(request, MODEL.operation_model("BatchUpdateFindings").input_shape)
        assert 1 <= len(request["FindingIdentifiers"]) <= 100
        unknown = []
        for each in request["FindingIdentifiers"]:
            if each["Id"] not in self.findings:
                unknown.append(
                    {"FindingIdentifier": each, "ErrorCode": "FindingNotFound", "ErrorMessage": "x"}
                )
                continue
            self.findings[each["Id"]] |= {"Workflow": request["Workflow"], "Note": request["Note"]}
        return {"ProcessedFindings": [], "UnprocessedFindings": unknown}

    def get_paginator(self, name: str) -> Hub:
        assert name == "get_findings"
        return self

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        filters = request["Filters"]
        validate_parameters({"Filters": filters}, MODEL.operation_model("GetFindings").input_shape)
        (prefix,) = filters["Id"]
        assert prefix["Comparison"] == "PREFIX"
        rows = [each for each in self.findings.values() if each["Id"].startswith(prefix["Value"])]
        yield {"Findings": rows[:1]}
        yield {"Findings": rows[1:]}


def imported(hub: Hub, folder: Path, given: Result, minutes: int = 0) -> Imported:
    now = WHEN + dt.timedelta(minutes=minutes)
    return import_findings(hub, scan_folders(written(folder, given)), ORIGIN, now)


def statuses(hub: Hub) -> dict[str, tuple[str, str]]:
    return {
        each["GeneratorId"].rpartition("/")[2]: (each["Workflow"]["Status"], each["RecordState"])
        for each in hub.findings.values()
    }


def test_doing_it_again_updates_and_makes_nothing_new(tmp_path: Path) -> None:
    hub = Hub()
    assert imported(hub, tmp_path, result()).imported == 2
    before = {id_: each["CreatedAt"] for id_, each in hub.findings.items()}
    later = result(when=WHEN + dt.timedelta(days=1))
    done = imported(hub, tmp_path, later, minutes=1500)
    assert (done.imported, done.resolved, done.failed) == (2, 0, [])
    assert {id_: each["CreatedAt"] for id_, each in hub.findings.items()} == before
    assert all(each["UpdatedAt"] == "2026-11-23T20:45:01.250Z" for each in hub.findings.values())
    assert {each["AwsAccountId"] for each in hub.findings.values()} == {"333333333333"}


def test_what_is_gone_is_resolved_and_comes_back(tmp_path: Path) -> None:
    hub = Hub()
    imported(hub, tmp_path, result())
    repaired = replace(result(), findings=result().findings[1:])
    done = imported(hub, tmp_path, repaired, minutes=1)
    assert (done.imported, done.resolved) == (1, 1)
    assert statuses(hub) == {
        "python-sql-injection": ("RESOLVED", "ARCHIVED"),
        "python-open-redirect": ("NEW", "ACTIVE"),
    }
    assert imported(hub, tmp_path, repaired, minutes=2).resolved == 0
    done = imported(hub, tmp_path, result(), minutes=3)
    assert done.reopened == 1
    assert statuses(hub)["python-sql-injection"] == ("NEW", "ACTIVE")


def test_what_is_accepted_is_suppressed_until_it_is_not(tmp_path: Path) -> None:
    hub = Hub()
    first, second = result().findings
    accepted = replace(result(), findings=[replace(first, accepted="known, of the build"), second])
    assert imported(hub, tmp_path, accepted).accepted == 1
    assert statuses(hub)["python-sql-injection"] == ("SUPPRESSED", "ACTIVE")
    (note,) = [each["Note"]["Text"] for each in hub.findings.values() if "Note" in each]
    assert note == "known, of the build"
    assert imported(hub, tmp_path, result(), minutes=1).reopened == 1
    assert statuses(hub)["python-sql-injection"] == ("NEW", "ACTIVE")


def test_what_people_decided_stays(tmp_path: Path) -> None:
    hub = Hub()
    imported(hub, tmp_path, result())
    for each in hub.findings.values():
        each["Workflow"] = {"Status": "SUPPRESSED"}
        each["Note"] = {"Text": "reviewed", "UpdatedBy": "ann"}
    assert imported(hub, tmp_path, result(), minutes=1).reopened == 0
    assert {each["Workflow"]["Status"] for each in hub.findings.values()} == {"SUPPRESSED"}
    assert {each["Note"]["Text"] for each in hub.findings.values()} == {"reviewed"}


def test_other_projects_and_scans_are_left_alone(tmp_path: Path) -> None:
    hub = Hub()
    imported(hub, tmp_path / "a", replace(result(), project="shop-admin"))
    imported(hub, tmp_path / "b", result(Scan.DAST))
    count = len(hub.findings)
    assert imported(hub, tmp_path / "c", replace(result(), findings=[]), minutes=1).resolved == 0
    assert len(hub.findings) == count
    assert {each["RecordState"] for each in hub.findings.values()} == {"ACTIVE"}


def test_what_is_refused_is_told_and_the_rest_is_imported(tmp_path: Path) -> None:
    hub = Hub()
    given = replace(
        result(), findings=[replace(each, accepted="for the test") for each in result().findings]
    )
    hub.refused = {json.loads((written(tmp_path, given) / "sast/asff.json").read_text())[0]["Id"]}
    done = imported(hub, tmp_path, given)
    assert (done.imported, done.accepted) == (1, 1)
    assert done.failed == [{"id": next(iter(hub.refused)), "code": "InvalidInput", "message": "no"}]


def test_a_hundred_at_a_time_and_not_too_large() -> None:
    rows = [{"Id": str(number)} for number in range(250)]
    assert [len(part) for part in in_requests(rows)] == [100, 100, 50]
    large = [{"Id": "x" * 2_000_000} for _ in range(5)]
    assert [len(part) for part in in_requests(large)] == [2, 2, 1]
    assert list(in_requests([])) == []


def test_two_scans_of_one_project_would_resolve_each_other(tmp_path: Path) -> None:
    written(tmp_path / "a", result())
    written(tmp_path / "b", result())
    with pytest.raises(ScanError, match="--project"):
        scan_folders(tmp_path)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("findings.json", "{"),
        ("findings.json", "{}"),
        ("findings.json", '{"scan": "sast", "project": "a/b", "when": "2026-11-22T00:00:00Z"}'),
        ("findings.json", '{"scan": "sast", "project": "a", "when": "2026-11-22T00:00:00Z"}'),
        ("asff.json", "[{}]"),
        ("asff.json", "null"),
    ],
)
def test_a_folder_that_no_scan_left(tmp_path: Path, file: str, text: str) -> None:
    (written(tmp_path, result()) / "sast" / file).write_text(text, encoding="utf-8")
    with pytest.raises(ScanError) as raised:
        scan_folders(tmp_path)
    assert "scan again" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_folder_without_scans(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="--output folder"):
        scan_folders(tmp_path)


def test_the_reports_are_kept_with_their_hashes(tmp_path: Path) -> None:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="reports")
        (key,) = archive(client, scan_folders(written(tmp_path, result())), bucket="reports")
        assert key == "scans/shop/sast/2026/11/22/194501.250000/manifest.json"
        manifest = json.loads(client.get_object(Bucket="reports", Key=key)["Body"].read())
        names = {row["name"] for row in manifest["files"]}
        assert {"findings.json", "results.sarif", "raw/tool.json"} <= names
        for row in manifest["files"]:
            home = key.removesuffix("manifest.json")
            answer = client.get_object(
                Bucket="reports", Key=f"{home}{row['name']}", ChecksumMode="ENABLED"
            )
            body = answer["Body"].read()
            assert hashlib.sha256(body).hexdigest() == row["sha256"]
            assert len(body) == row["bytes"]
            assert "ChecksumSHA256" in answer
