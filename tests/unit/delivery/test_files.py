"""Files of any tool: what is found in them, where, and how it is told."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from baseline.cli.application import application
from baseline.delivery.template_validation import FileFinding, validate_files
from baseline.delivery.template_validation import files as template_files
from baseline.delivery.template_validation.engine import Answer, EngineFinding
from baseline.delivery.template_validation.reading import MAXIMUM_BYTES
from baseline.delivery.template_validation.reports import REPORTS
from baseline.errors import Problem

TEMPLATES = Path(__file__).parent / "templates"
FILES = sorted(TEMPLATES.iterdir())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The templates; JSON takes no comment, so what is expected of it is cut off."""
    folder = tmp_path_factory.mktemp("templates")
    copies = []
    for path in FILES:
        text = path.read_text("utf-8")
        if path.suffix == ".json":
            text = text.partition("\n")[2]
        copies.append(folder / path.name)
        copies[-1].write_text(text, encoding="utf-8")
    return copies


@pytest.fixture(scope="module")
def found(files: list[Path]) -> tuple[list[FileFinding], list[Problem]]:
    return validate_files(files)


def expected(path: Path) -> set[str]:
    line = path.read_text("utf-8").partition("\n")[0]
    match = re.match(r"# expect(?:-json)?:(.*)", line)
    assert match, f"{path.name} does not say what is expected"
    return {row.strip() for row in match[1].split(",") if row.strip() and "none" not in row}


def test_there_are_templates_of_every_kind() -> None:
    assert len(FILES) >= 30
    assert sum(not expected(path) for path in FILES) >= 5


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_template_has_the_findings_that_it_names_and_no_others(
    path: Path, found: tuple[list[FileFinding], list[Problem]]
) -> None:
    findings, problems = found
    assert problems == []
    mine = [each for each in findings if Path(each.file).name == path.name]
    named = {f"{'suppressed ' if each.suppressed else ''}{each.rule} {each.place}" for each in mine}
    assert named == expected(path)


def place(found: tuple[list[FileFinding], list[Problem]], name: str, rule: str) -> str:
    [finding] = [each for each in found[0] if each.file.endswith(name) and each.rule == rule]
    return (
        Path(finding.file).read_text("utf-8").splitlines()[finding.line - 1][finding.column - 1 :]
    )


def test_a_finding_points_at_the_value(found: tuple[list[FileFinding], list[Problem]]) -> None:
    assert place(found, "bastion.yaml", "OPEN_PORT").startswith("FromPort: 22")
    assert place(found, "conditional_ingress.yaml", "OPEN_PORT").startswith("FromPort: 22")
    assert place(found, "conditional_access.yaml", "PUBLIC_DATABASE").startswith("true")
    assert place(found, "aurora.yaml", "SECRET_IN_PROPERTY").startswith("MasterUserPassword")
    assert place(found, "classic.json", "OPEN_PORT").startswith('{"IpProtocol"')
    assert place(found, "stack_set.yaml", "OPEN_PORT").startswith("TemplateBody")
    assert place(found, "wordpress.yaml", "SECRET_IN_USER_DATA").startswith("Fn::Base64")


def test_a_finding_never_shows_the_secret(found: tuple[list[FileFinding], list[Problem]]) -> None:
    for form in REPORTS.values():
        report = form(*found)
        for secret in ("correcthorse", "wordpress1", "abcdefghijkl", "not-a-real-key-value"):
            assert secret not in report


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(application, ["validate-template", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def test_the_command_prints_a_line_per_finding(files: list[Path]) -> None:
    bastion = next(str(path) for path in files if path.name == "bastion.yaml")
    code, output = run(bastion)
    assert code == 1
    assert f"{bastion}:13:29 error OPEN_PORT BastionGroup Properties" in output
    assert output.splitlines()[-1] == "3 errors, 0 warnings"


@pytest.fixture
def known(found: tuple[list[FileFinding], list[Problem]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command find again what was found: the engine takes seconds to start."""

    def validate(paths: list[Path]) -> tuple[list[FileFinding], list[Problem]]:
        names = {path.name for path in paths}
        return [each for each in found[0] if Path(each.file).name in names], []

    monkeypatch.setattr("baseline.delivery.template_validation.files.validate_files", validate)


@pytest.mark.usefixtures("known")
def test_the_exit_status_follows_the_severity_asked_for() -> None:
    assert run("storage.yaml")[0] == 1
    assert run("storage.yaml", "--fail-on", "error")[0] == 0
    assert run("bastion.yaml", "--fail-on", "error")[0] == 1
    assert run("bastion.yaml", "--fail-on", "never")[0] == 0
    code, output = run("accepted.yaml")
    assert (code, output.strip()) == (0, "0 errors, 0 warnings, 1 suppressed in the templates")


@pytest.mark.usefixtures("known")
def test_a_report_goes_into_a_file(files: list[Path], tmp_path: Path) -> None:
    bastion = next(str(path) for path in files if path.name == "bastion.yaml")
    target = tmp_path / "report.sarif"
    code, output = run(bastion, "--format", "sarif", "--output", str(target))
    assert (code, output) == (1, "")
    assert len(json.loads(target.read_text("utf-8"))["runs"][0]["results"]) == 3


def test_a_folder_stands_for_its_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def evaluated(_rules: dict[str, str], templates: list[Path]) -> list[Answer]:
        finding: EngineFinding = {"ruleId": "OPEN_PORT", "message": "open"}
        return [{"findings": [finding]} for _ in templates]

    monkeypatch.setattr(template_files, "evaluate", evaluated)
    folder = tmp_path / "all"
    folder.mkdir()
    text = "Resources: {A: {Type: AWS::EC2::SecurityGroup}}"
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    (folder / "notes.txt").write_text(text, encoding="utf-8")
    assert [each.file for each in validate_files([folder])[0]] == [str(folder / "a.yaml")]
    # A cloud assembly holds other JSON as well.
    (folder / "b.template.json").write_text('{"Resources": {}}', encoding="utf-8")
    assert [each.file for each in validate_files([folder])[0]] == [str(folder / "b.template.json")]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "holds no templates" in str(validate_files([empty])[1][0])


def test_sarif_has_rules_places_and_suppressions(
    found: tuple[list[FileFinding], list[Problem]],
) -> None:
    document = json.loads(REPORTS["sarif"](*found))
    run_ = document["runs"][0]
    assert document["version"] == "2.1.0"
    assert len(run_["results"]) == len(found[0])
    for result in run_["results"]:
        assert run_["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region["startLine"] >= 1
        assert region["startColumn"] >= 1
    assert [r["ruleId"] for r in run_["results"] if r["suppressions"]] == ["OPEN_PORT"]


def test_junit_counts_what_fails(found: tuple[list[FileFinding], list[Problem]]) -> None:
    suite = ET.fromstring(REPORTS["junit"](*found))  # noqa: S314 - our own
    errors = [each for each in found[0] if each.severity == "error" and not each.suppressed]
    assert suite.get("failures") == str(len(errors)) == str(len(suite.findall(".//failure")))
    assert suite.get("errors") == "0"
    nothing = ET.fromstring(REPORTS["junit"]([], []))  # noqa: S314 - our own
    assert (nothing.get("tests"), nothing.get("failures")) == ("1", "0")


def test_json_has_every_field(found: tuple[list[FileFinding], list[Problem]]) -> None:
    document: dict[str, Any] = json.loads(REPORTS["json"](*found))
    assert len(document["findings"]) == len(found[0])
    assert set(document["findings"][0]) == {
        *("file", "line", "column", "rule", "severity", "place", "path", "message", "suppressed")
    }


BAD = {
    "is empty": "",
    "is neither YAML nor JSON": "Resources: [",
    "Resources is missing": "Parameters: {}",
    "Fn::If takes a condition and two values": "Resources: {A: {Type: a, Properties: !If [a, b]}}",
    "holds itself": "Resources: &a {A: *a}",
}


@pytest.mark.parametrize("message", BAD)
def test_what_is_no_template_is_one_line(message: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(BAD[message], encoding="utf-8")
    code, output = run(str(path))
    assert code == 2
    assert "Traceback" not in output
    [line, summary] = output.strip().splitlines()
    assert line.startswith(str(path))
    assert message in line
    assert summary == "0 errors, 0 warnings, 1 files that are no templates"


def test_files_that_cannot_be_read_are_one_line_each(tmp_path: Path) -> None:
    (tmp_path / "large.yaml").write_bytes(b"#" * (MAXIMUM_BYTES + 1))
    (tmp_path / "latin.yaml").write_bytes("Resources: {A: é}".encode("latin-1"))
    aliases = "\n".join(
        f"  {chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]" for n in range(9)
    )
    (tmp_path / "laughs.yaml").write_text(f"Resources:\n  a: &a [x]\n{aliases}\n", encoding="utf-8")
    _, problems = validate_files(
        [tmp_path / name for name in ("large.yaml", "latin.yaml", "laughs.yaml", "missing.yaml")]
    )
    assert [re.sub(r"^\S+ ", "", str(each)) for each in problems] == [
        f"has {MAXIMUM_BYTES + 1:,} bytes, and CloudFormation takes {MAXIMUM_BYTES:,}; split the stack",
        "is not UTF-8 (byte 15); save it as UTF-8",
        "has more than 200,000 values or holds itself; use fewer aliases",
        "cannot be read: No such file or directory",
    ]
