"""The reports of a scan: SARIF, ASFF, JUnit, the comment, and the folder of all of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from botocore.session import get_session
from botocore.validate import validate_parameters

from baseline.delivery.scans.findings import Scan, Severity
from baseline.delivery.scans.reports import Origin, as_asff, as_junit, as_sarif, as_summary
from baseline.delivery.scans.reports.asff import checked_project, placed
from baseline.delivery.scans.scanning import write
from baseline.errors import BaselineError
from tests.unit.delivery.scans.results import result, written

NAMESPACES = {
    "Software and Configuration Checks",
    "TTPs",
    "Effects",
    "Unusual Behaviors",
    "Sensitive Data Identifications",
}


def accepted_first() -> Any:
    given = result()
    first, *rest = given.findings
    return replace(given, findings=[replace(first, accepted="known, of the build"), *rest])


def test_a_scan_fails_from_its_threshold_on() -> None:
    given = result()
    assert given.counts == {"critical": 1, "high": 0, "medium": 1, "low": 0}
    assert [each.rule for each in given.failing] == ["python-sql-injection"]
    assert len(replace(given, threshold=Severity.MEDIUM).failing) == 2
    assert accepted_first().failing == []


def test_sarif() -> None:
    document = json.loads(as_sarif(accepted_first()))
    assert document["version"] == "2.1.0"
    semgrep, bandit = document["runs"]
    assert semgrep["tool"]["driver"]["version"] == "1.182.0"
    assert bandit["results"] == []
    accepted, redirect = semgrep["results"]
    assert accepted["suppressions"] == [
        {"kind": "external", "justification": "known, of the build"}
    ]
    assert redirect["level"] == "warning"
    assert redirect["suppressions"] == []
    place = redirect["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "vulnerable/app.py"
    assert place["region"] == {"startLine": 109}
    for each in semgrep["results"]:
        rule = semgrep["tool"]["driver"]["rules"][each["ruleIndex"]]
        assert rule["id"] == each["ruleId"]
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
    assert len({each["partialFingerprints"]["baselineScan/v1"] for each in semgrep["results"]}) == 2


@pytest.mark.parametrize("scan", [Scan.SAST, Scan.DEPENDENCIES, Scan.DAST])
def test_asff_is_what_the_api_takes(scan: Scan) -> None:
    origin = Origin(account="333333333333", region="eu-west-1")
    findings = as_asff(result(scan), origin)
    assert findings
    model = get_session().get_service_model("securityhub").operation_model("BatchImportFindings")
    validate_parameters({"Findings": findings}, model.input_shape)
    for each in findings:
        assert each["ProductArn"] == (
            "arn:aws:securityhub:eu-west-1:333333333333:product/333333333333/default"
        )
        assert each["Id"].startswith(f"baseline-scan/shop/{scan}/")
        assert len(each["Id"]) <= 512
        assert len(each["GeneratorId"]) <= 512
        assert 1 <= len(each["Title"]) <= 256
        assert 1 <= len(each["Description"]) <= 1024
        assert len(each["ProductFields"]) <= 50
        assert all(len(key) <= 128 for key in each["ProductFields"])
        assert all(1 <= len(value) <= 2048 for value in each["ProductFields"].values())
        assert len(json.dumps(each).encode()) < 240_000
        # An import may not overwrite what automation rules and people set.
        assert {"Severity", "Types", "Workflow", "Note"}.isdisjoint(each)
        provided = each["FindingProviderFields"]
        assert provided["Severity"]["Label"] in {"CRITICAL", "HIGH", "MEDIUM", "LOW"}
        assert provided["Types"][0].partition("/")[0] in NAMESPACES
        assert each["CreatedAt"] == "2026-11-22T19:45:01.250Z"
    assert len({each["Id"] for each in findings}) == len(findings)


def test_texts_of_others_are_cut_to_the_limits() -> None:
    given = result(Scan.DEPENDENCIES)
    long = replace(
        given.findings[0],
        title="t" * 9000,
        message="m" * 9000,
        path="p" * 9000,
        rule="r" * 9000,
        fix="f" * 9000,
        accepted="a" * 9000,
    )
    (finding,) = as_asff(replace(given, findings=[long]))
    assert len(finding["Title"]) == 256
    assert len(finding["Description"]) == 1024
    assert len(finding["GeneratorId"]) == 512
    assert len(finding["Remediation"]["Recommendation"]["Text"]) == 512
    assert len(finding["Resources"][0]["Id"]) == 512
    assert len(finding["ProductFields"]["baseline/accepted"]) == 2048


def test_a_package_is_named_with_its_repair() -> None:
    (finding,) = as_asff(result(Scan.DEPENDENCIES))
    (flaw,) = finding["Vulnerabilities"]
    assert flaw["Id"] == "CVE-2020-28493"
    assert flaw["FixAvailable"] == "YES"
    assert flaw["VulnerablePackages"] == [
        {"Name": "jinja2", "Version": "2.11.2", "FixedInVersion": "2.11.3"}
    ]


def test_findings_move_to_the_account_that_imports_them() -> None:
    origin = Origin(account="444444444444", region="cn-north-1", partition="aws-cn")
    moved = placed(as_asff(result())[0], origin)
    assert moved["AwsAccountId"] == "444444444444"
    assert moved["ProductArn"].startswith("arn:aws-cn:securityhub:cn-north-1:444444444444:")
    assert moved["Resources"][0]["Region"] == "cn-north-1"


@pytest.mark.parametrize("name", ["", "a/b", "-a", "a" * 101, "a b"])
def test_a_project_that_no_id_can_have(name: str) -> None:
    with pytest.raises(BaselineError, match="--project"):
        checked_project(name)


def test_an_account_that_is_none() -> None:
    with pytest.raises(BaselineError, match="12 digits"):
        Origin(account="33")


def test_junit() -> None:
    given = result()
    accepted = accepted_first()
    suite = ET.fromstring(as_junit(given))  # noqa: S314 - our own text
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("2", "1", "0")
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.get("type") == "python-sql-injection"
    suite = ET.fromstring(as_junit(accepted))  # noqa: S314 - our own text
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "1")
    suite = ET.fromstring(as_junit(replace(given, findings=[])))  # noqa: S314 - our own text
    assert suite.get("tests") == "1"


def test_junit_with_what_xml_cannot_hold() -> None:
    given = result()
    odd = replace(given.findings[0], message="\x00\x1b]]> <b>", path="a\x08.py")
    ET.fromstring(as_junit(replace(given, findings=[odd])))  # noqa: S314 - our own text


def test_the_comment() -> None:
    text = as_summary(result())
    assert text.startswith("### Scan `sast` failed: 1 at or above high\n")
    assert "1 critical, 0 high, 1 medium, 0 low; 0 accepted" in text
    assert "vulnerable/app.py:43" in text
    assert as_summary(accepted_first()).startswith("### Scan `sast` passed")


def test_the_comment_shows_texts_of_others_as_text() -> None:
    given = result()
    odd = replace(given.findings[0], path="<img src=x>|[a](b)`@team\n# x", line=None)
    row = next(
        line for line in as_summary(replace(given, findings=[odd])).splitlines() if "img" in line
    )
    assert row.startswith(r"| critical | \<img src=x\>\|\[a\]\(b\)\`\@team \# x |")


def test_a_long_list_ends() -> None:
    given = result()
    many = [replace(given.findings[0], path=f"{number}.py") for number in range(500)]
    text = as_summary(replace(given, findings=many))
    assert "and 475 more" in text
    assert len(text) < 65_000


def test_the_folder(tmp_path: Path) -> None:
    home = write(result(), {"a.json": "{}", "b.json": "[]"}, tmp_path)
    names = {"findings.json", "results.sarif", "asff.json", "junit.xml", "summary.md", "raw"}
    assert home == tmp_path / "sast"
    assert {path.name for path in home.iterdir()} == names
    write(result(), {"a.json": "{}"}, tmp_path)
    assert [path.name for path in (home / "raw").iterdir()] == ["a.json"]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(BaselineError, match="--output"):
        written(tmp_path / "file", result())
