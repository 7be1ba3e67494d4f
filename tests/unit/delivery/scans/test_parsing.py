"""Reports of the tools, as they really wrote them, become findings; what is no report is an error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from baseline.delivery.scans.engines.application import without_headers
from baseline.delivery.scans.engines.source import without_source
from baseline.delivery.scans.findings import Scan, ScanFinding, Severity, fingerprinted
from baseline.delivery.scans.parsing import (
    LicensePolicy,
    parse_bandit,
    parse_detect_secrets,
    parse_licenses,
    parse_npm_audit,
    parse_pip_audit,
    parse_schemathesis,
    parse_semgrep,
    parse_wapiti,
)
from baseline.delivery.scans.parsing.running_application import unreached_operations
from baseline.delivery.scans.running import ScanError
from baseline.delivery.scans.severities import severity_of, tables
from baseline.errors import BaselineError

RECORDED = Path(__file__).parent / "recorded"
PASSWORD = "k3Vx-9qLm-Zt27-Rw8p"


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text("utf-8"))


def relative(path: str) -> str:
    return path.removeprefix("/src/")


PARSERS: dict[str, Callable[[Any], list[ScanFinding]]] = {
    "semgrep": lambda report: parse_semgrep(report, relative),
    "bandit": lambda report: parse_bandit(report, relative),
    "detect-secrets": lambda report: parse_detect_secrets(report, relative),
    "pip-audit": lambda report: parse_pip_audit(report, "requirements.txt"),
    "npm-audit": lambda report: parse_npm_audit(report, "package-lock.json"),
    "cyclonedx": lambda report: parse_licenses(report, "sbom", LicensePolicy.read(None)),
    "wapiti": parse_wapiti,
    "schemathesis": parse_schemathesis,
}


def found(name: str) -> dict[tuple[str, str, int | None], ScanFinding]:
    return {(each.rule, each.path, each.line): each for each in PARSERS[name](recorded(name))}


def test_semgrep() -> None:
    findings = found("semgrep")
    injection = findings["python-sql-injection", "vulnerable/app.py", 43]
    assert (injection.severity, injection.cwe) == (Severity.CRITICAL, "CWE-89")
    assert injection.title == "Text of a request becomes part of an SQL statement"
    redirect = findings["python-open-redirect", "vulnerable/app.py", 109]
    assert redirect.severity is Severity.MEDIUM


def test_bandit_without_the_password_itself() -> None:
    findings = found("bandit")
    assert findings["B602", "vulnerable/app.py", 54].severity is Severity.CRITICAL
    password = findings["B105", "vulnerable/app.py", 27]
    assert (password.severity, password.message) == (Severity.HIGH, "Possible hardcoded password")
    assert password.references[0].startswith("https://bandit.readthedocs.io/")


def test_the_kept_report_of_bandit_has_no_source() -> None:
    report = recorded("bandit")
    row = report["results"][0] | {
        "code": f"27 DATABASE_PASSWORD = '{PASSWORD}'",
        "issue_text": f"Possible hardcoded password: '{PASSWORD}'",
    }
    kept = without_source({**report, "results": [row]})
    assert PASSWORD not in json.dumps(kept)
    assert kept["results"][0]["line_number"] == 27


def test_detect_secrets() -> None:
    findings = found("detect-secrets")
    path = "examples/vulnerable_app/vulnerable/reports.py"
    key = findings["AWS Access Key", path, 7]
    assert (key.scan, key.severity) == (Scan.SECRETS, Severity.CRITICAL)
    assert findings["Base64 High Entropy String", path, 8].severity is Severity.MEDIUM
    hashes = {
        row["hashed_secret"]
        for rows in recorded("detect-secrets")["results"].values()
        for row in rows
    }
    assert not any(each.subject in hash_ for each in findings.values() for hash_ in hashes)


def test_pip_audit() -> None:
    (flaw,) = PARSERS["pip-audit"](recorded("pip-audit"))
    assert (flaw.rule, flaw.subject) == ("CVE-2020-28493", "jinja2@2.11.2")
    assert (flaw.fix, flaw.fixed_versions) == ("Update to 2.11.3.", ("2.11.3",))
    assert flaw.severity is Severity.HIGH


def test_a_package_that_the_service_does_not_know_is_not_clean() -> None:
    report = recorded("pip-audit")
    report["dependencies"][1] = {"name": "markupsafe", "skip_reason": "not found on PyPI"}
    with pytest.raises(ScanError, match=r"no answer for 1 of 3 packages .*markupsafe.*not found"):
        PARSERS["pip-audit"](report)


def test_npm_audit() -> None:
    (flaw,) = PARSERS["npm-audit"](recorded("npm-audit"))
    assert (flaw.rule, flaw.package) == ("GHSA-xvch-5gv4-984h", "minimist")
    assert (flaw.severity, flaw.cwe) == (Severity.CRITICAL, "CWE-1321")


def test_a_package_that_is_hit_through_another_is_told_once() -> None:
    report = recorded("npm-audit")
    report["vulnerabilities"]["mkdirp"] = {"via": ["minimist"], "fixAvailable": True}
    assert len(PARSERS["npm-audit"](report)) == 1


def test_an_advisory_service_that_refuses_is_an_error() -> None:
    report = {"message": "405 Method Not Allowed", "error": {"summary": "", "detail": ""}}
    with pytest.raises(ScanError, match="got no advisories: 405"):
        PARSERS["npm-audit"](report)


def test_licenses() -> None:
    (denied,) = PARSERS["cyclonedx"](recorded("cyclonedx"))
    assert (denied.rule, denied.subject) == ("denied", "Unidecode@1.3.8")
    assert denied.severity is Severity.HIGH


@pytest.mark.parametrize(
    ("licences", "verdict"),
    [
        (["MIT"], "allowed"),
        (["MIT", "GPL-3.0-only"], "denied"),
        (["MIT OR GPL-3.0-only"], "allowed"),
        (["(MIT AND GPL-3.0-only) OR Apache-2.0"], "allowed"),
        (["MIT AND AGPL-3.0-or-later"], "denied"),
        (["Apache-2.0 WITH LLVM-exception"], "allowed"),
        (["Mozilla Public License 2.0 (MPL 2.0)"], "allowed"),
        (["LGPL-2.1-only"], "unlisted"),
        (["Own licence"], "unlisted"),
        ([], "missing"),
    ],
)
def test_the_policy(licences: list[str], verdict: str) -> None:
    assert LicensePolicy.read(None).verdict(licences) == verdict


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("allowed: [MIT]\n", "has to hold the lists allowed and denied"),
        ("allowed: MIT\ndenied: []\n", "allowed has to be a list"),
        ("allowed: [MIT, {}]\ndenied: []\n", "allowed has to be a list"),
        ("allowed: [MIT\n", "policy.yaml:"),
    ],
)
def test_a_policy_that_is_none(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError, match=message):
        LicensePolicy.read(path)


def test_wapiti() -> None:
    findings = PARSERS["wapiti"](recorded("wapiti"))
    by_rule = {(each.rule, each.path): each for each in findings}
    injection = by_rule["SQL Injection", "/users"]
    assert (injection.severity, injection.subject) == (Severity.CRITICAL, "GET name")
    assert injection.cwe == "CWE-89"
    assert by_rule["Open Redirect", "/go"].severity is Severity.MEDIUM
    # Wapiti tells of the same parameter several times.
    assert len([each for each in findings if each.rule == "Open Redirect"]) == 1


def test_wapiti_that_read_no_page_is_an_error() -> None:
    report = recorded("wapiti")
    report["infos"]["crawled_pages_nbr"] = 0
    with pytest.raises(ScanError, match="read no page"):
        PARSERS["wapiti"](report)


def test_schemathesis() -> None:
    findings = {each.rule: each for each in PARSERS["schemathesis"](recorded("schemathesis"))}
    assert findings["IgnoredAuth"].severity is Severity.CRITICAL
    assert findings["ServerError"].path == "/api/items/{number}"


def test_schemathesis_that_tested_nothing_is_an_error() -> None:
    report = recorded("schemathesis")
    report["operations"]["tested"] = 0
    with pytest.raises(ScanError, match="tested no operation"):
        PARSERS["schemathesis"](report)
    report = recorded("schemathesis") | {"errors": [{"title": "Schema Error"}]}
    with pytest.raises(ScanError, match="Schema Error"):
        PARSERS["schemathesis"](report)


def test_operations_that_only_refused_are_told() -> None:
    report = recorded("schemathesis")
    assert unreached_operations(report) == []
    report["warnings"]["missing_auth"] = ["GET /x"]
    assert unreached_operations(report) == ["GET /x"]


def test_a_report_of_the_application_has_no_credentials() -> None:
    text = json.dumps({"command": 'st run --header "X-Api-Key: s3cret"'})
    assert "s3cret" not in without_headers(text, ["X-Api-Key: s3cret"])


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize("report", [{}, [], None, "text", {"results": [{}], "errors": []}])
def test_what_is_no_report_is_one_line(name: str, report: object) -> None:
    with pytest.raises(ScanError) as raised:
        PARSERS[name](report)
    assert "\n" not in str(raised.value)


def test_tools_that_could_not_read_a_file_are_errors() -> None:
    report = recorded("semgrep") | {"errors": [{"level": "error", "message": "Rule parse\nerror"}]}
    with pytest.raises(ScanError, match="semgrep: Rule parse error"):
        PARSERS["semgrep"](report)
    error = {"filename": "/src/a.py", "reason": "syntax error while parsing AST from file"}
    with pytest.raises(ScanError, match=r"cannot read a.py: syntax error"):
        PARSERS["bandit"](recorded("bandit") | {"errors": [error]})


def test_every_tool_has_one_table_of_severities() -> None:
    tools = {each.tool for name in PARSERS for each in PARSERS[name](recorded(name))}
    assert tools == set(tables())
    assert severity_of("bandit", "B999", "A NEW WORD") is Severity.HIGH
    for table in tables().values():
        assert {*table["levels"].values(), *table["rules"].values()} <= {*Severity}


def test_fingerprints_stay_when_lines_move(tmp_path: Path) -> None:
    file = tmp_path / "vulnerable" / "app.py"
    file.parent.mkdir()
    lines = [f"line {number}" for number in range(120)]
    file.write_text("\n".join(lines), encoding="utf-8")
    before = fingerprinted(PARSERS["semgrep"](recorded("semgrep")), tmp_path)
    file.write_text("\n".join(["new", *lines]), encoding="utf-8")
    report = recorded("semgrep")
    for each in report["results"]:
        each["start"]["line"] += 1
    after = fingerprinted(PARSERS["semgrep"](report), tmp_path)
    assert [each.fingerprint for each in after] == [each.fingerprint for each in before]
    file.write_text("\n".join(f"other {number}" for number in range(120)), encoding="utf-8")
    changed = fingerprinted(PARSERS["semgrep"](report), tmp_path)
    assert {each.fingerprint for each in changed}.isdisjoint(each.fingerprint for each in before)


def test_the_same_twice_has_two_fingerprints(tmp_path: Path) -> None:
    one = PARSERS["semgrep"](recorded("semgrep"))
    assert len({each.fingerprint for each in fingerprinted([*one, *one], tmp_path)}) == 4
