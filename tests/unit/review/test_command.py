"""`baseline review`: folders and refs, three formats, and everything that is no input."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from baseline.cli.application import application
from baseline.review.finding import Category, Finding, Place, Review, code
from baseline.review.reports import MAXIMUM_CHARACTERS, as_markdown, as_sarif
from tests.unit.review.conftest import Write

APP = """
import json, os, pathlib
folder = pathlib.Path(os.environ["CDK_OUTDIR"])
folder.mkdir(parents=True)
assert json.loads(os.environ["CDK_CONTEXT_JSON"])["baseline:nag"] == "false"
resources = json.loads(pathlib.Path("resources.json").read_text())
(folder / "app.template.json").write_text(json.dumps({"Resources": resources}))
stack = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "app.template.json"}}
(folder / "manifest.json").write_text(json.dumps({"artifacts": {"app": stack}}))
"""


def group(*ports: int) -> dict[str, Any]:
    rules = [
        {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": "0.0.0.0/0"}
        for port in ports
    ]
    properties = {"GroupDescription": "x", "SecurityGroupIngress": rules}
    return {"Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}}


def run(*arguments: object) -> Any:
    return CliRunner().invoke(application, ["review", *map(str, arguments)])


@pytest.fixture
def sides(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    monkeypatch.chdir(tmp_path)
    return write({"app": group()}, controls=[]), write({"app": group(22)}, controls=[])


def test_a_pull_request_that_opens_a_port_gets_a_comment(sides: tuple[Path, Path]) -> None:
    done = run(*sides)
    assert done.exit_code == 1
    assert "## Security review: 1 to look at, 0 to know" in done.stdout
    assert "- **look:** `app/Group` lets `0.0.0.0/0` in on `tcp 22`" in done.stdout


def test_a_change_of_nothing_gets_an_empty_report(sides: tuple[Path, Path]) -> None:
    done = run(sides[0], sides[0])
    assert done.exit_code == 0
    assert "nothing noteworthy" in done.stdout
    assert "\n- " not in done.stdout


def test_what_is_better_only_ends_with_0(sides: tuple[Path, Path]) -> None:
    done = run(sides[1], sides[0])
    assert done.exit_code == 0
    assert "Better than before: 1" in done.stdout


@pytest.mark.parametrize("option", [("--format", "json"), ("--json",)])
def test_json_has_everything(sides: tuple[Path, Path], option: tuple[str, ...]) -> None:
    report = json.loads(run(*sides, *option).stdout)
    assert report["noteworthy"] == 1
    (finding,) = report["findings"]
    assert (finding["kind"], finding["category"], finding["name"]) == (
        "port-opened",
        "exposure",
        "Group",
    )


def test_sarif_names_the_template(sides: tuple[Path, Path], tmp_path: Path) -> None:
    output = tmp_path / "reports" / "new" / "review.sarif"
    done = run(*sides, "--format", "sarif", "--output", output)
    assert done.exit_code == 1
    assert done.stdout == ""
    (result,) = json.loads(output.read_text("utf-8"))["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("exposure/port-opened", "error")
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "app.template.json"}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "app.py").write_text(APP, "utf-8")
    (folder / "cdk.json").write_text('{"app": "python3 app.py", "context": {}}', "utf-8")

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)

    git("init", "--initial-branch", "main")
    for tag, ports in (("one", ()), ("two", (22,)), ("broken", None)):
        text = "no JSON" if ports is None else json.dumps(group(*ports))
        (folder / "resources.json").write_text(text, "utf-8")
        git("add", "--all")
        git("commit", "--message", tag)
        git("tag", tag)
    return folder


def test_refs_are_synthesized_by_their_own_code_and_leave_nothing(repository: Path) -> None:
    (repository / "resources.json").write_text("work in progress", "utf-8")
    done = run("one", "two")
    assert done.exit_code == 1, done.output
    assert "lets `0.0.0.0/0` in on `tcp 22`" in done.stdout
    assert run("two", "two").exit_code == 0
    assert (repository / "resources.json").read_text("utf-8") == "work in progress"
    listed = subprocess.run(
        ["git", "worktree", "list"], cwd=repository, check=True, capture_output=True, text=True
    )
    assert len(listed.stdout.splitlines()) == 1


def test_a_ref_that_cannot_be_synthesized_is_one_line(repository: Path) -> None:
    done = run("one", "broken")
    assert done.exit_code == 2
    assert "broken cannot be synthesized: " in done.stderr
    assert len(done.stderr.splitlines()) == 1
    # What went wrong, and not the code around it.
    assert "Error: " in done.stderr
    assert ' File "' not in done.stderr
    listed = subprocess.run(
        ["git", "worktree", "list"], cwd=repository, check=True, capture_output=True, text=True
    )
    assert len(listed.stdout.splitlines()) == 1


@pytest.mark.parametrize("name", ["no-such-ref", "--output=x", "-x", ""])
def test_an_unknown_ref_is_one_line(repository: Path, name: str) -> None:
    assert repository.is_dir()
    done = CliRunner().invoke(application, ["review", "--", name or "''", "one"])
    assert done.exit_code == 2
    assert "is neither a cloud assembly nor a git ref here" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "is no cloud assembly: it has no manifest.json"),
        ({"manifest.json": "no JSON"}, "manifest.json is no JSON object"),
        ({"manifest.json": "[]"}, "manifest.json is no JSON object"),
        ({"manifest.json": "{}"}, "is a cloud assembly without stacks"),
        (
            {"manifest.json": '{"artifacts": {"a": {"type": "aws:cloudformation:stack"}}}'},
            "a.template.json is no JSON object",
        ),
    ],
)
def test_what_is_no_assembly_is_one_line(
    sides: tuple[Path, Path], tmp_path: Path, files: dict[str, str], message: str
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    done = run(sides[0], folder)
    assert done.exit_code == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_wrong_configuration_or_output_is_told(sides: tuple[Path, Path], tmp_path: Path) -> None:
    done = run(*sides, "--config", tmp_path / "missing.yaml")
    assert done.exit_code == 2
    assert "missing.yaml" in done.stderr
    done = run(*sides, "--output", tmp_path)
    assert done.exit_code == 2
    assert "Traceback" not in done.output


def finding(name: str, **more: Any) -> Finding:
    place = Place(file="a.template.json", stack=more.pop("stack", "app"), name=name)
    row = {"category": Category.EXPOSURE, "kind": "x", "severity": "warning", "text": "happened"}
    return Finding(place=place, **{**row, **more})


def test_values_of_a_template_cannot_format_the_comment() -> None:
    assert code("a`\n## @everybody <b>") == "`a' ## @everybody <b>`"
    assert len(code("x" * 500)) < 210


def test_the_same_in_several_stacks_is_one_item() -> None:
    rows = tuple(finding("Role", stack=stack) for stack in ("members", "management", "other"))
    report = as_markdown(Review(base="a", head="b", findings=rows))
    assert report.count("happened") == 1
    assert "`members/Role` happened; the same in `management`, `other`" in report


def test_a_long_comment_is_folded_and_cut() -> None:
    rows = tuple(finding(f"Role{number}") for number in range(40))
    report = as_markdown(Review(base="a", head="b", findings=rows))
    assert "<details><summary>15 more</summary>" in report
    many = tuple(finding(f"Role{number}", text="y" * 150 + str(number)) for number in range(900))
    report = as_markdown(Review(base="a", head="b", findings=many))
    assert len(report) < MAXIMUM_CHARACTERS + 200
    assert report.count("<details>") == report.count("</details>")
    assert report.endswith("`--format json` has everything._")
    assert (
        len(json.loads(as_sarif(Review(base="a", head="b", findings=many)))["runs"][0]["results"])
        == 900
    )


@pytest.mark.parametrize(
    "resource",
    [
        None,
        [],
        {"Type": 1, "Properties": 2},
        {"Type": "AWS::IAM::Role", "Properties": [1]},
        {"Type": "AWS::IAM::Role", "Properties": {"Fn::If": ["a", 1, 2]}},
        {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": 1}}},
        {
            "Type": "AWS::KMS::Key",
            "Properties": {
                "KeyPolicy": {"Statement": [{"Effect": "Allow", "Principal": 5, "Condition": [1]}]}
            },
        },
        {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"SecurityGroupIngress": ["x", {"CidrIp": 7}]},
        },
        {"Type": "AWS::CloudFormation::StackSet", "Properties": {"TemplateBody": "{"}},
        {
            "Type": "AWS::Organizations::Policy",
            "Properties": {
                "Type": "SERVICE_CONTROL_POLICY",
                "Content": {"Statement": [1]},
                "TargetIds": "r-1",
            },
        },
        {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": {"Fn::Sub": []}}},
    ],
)
def test_what_no_schema_would_take_is_no_traceback(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resource: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    odd, plain = (
        write({"app": {**group(), "Odd": row}}, controls=[])
        for row in (resource, {"Type": "A::B::C"})
    )
    for sides in ((odd, plain), (plain, odd)):
        done = run(*sides)
        assert done.exit_code in {0, 1, 2}
        assert done.exception is None or isinstance(done.exception, SystemExit)
