"""`baseline cost`: tables or JSON, comparison, a limit, and everything that is no input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from baseline.cli.application import application
from tests.support import ROOT

EXAMPLE = ROOT / "baseline.yaml"
FOLDER = ROOT / "examples" / "configurations"


def run(*arguments: object) -> Any:
    return CliRunner().invoke(application, ["cost", *map(str, arguments)])


def test_the_screen_has_capabilities_accounts_regions_and_assumptions() -> None:
    done = run(EXAMPLE)
    assert done.exit_code == 0
    for text in (
        "GuardDuty",
        "log_archive",
        "eu-central-1",
        "events_per_account",
        "a month, between",
    ):
        assert text in done.stdout
    assert "organization policies are free" in done.stdout
    assert "us-east-1 stand for them" in done.stdout


def test_lines_show_quantity_price_and_its_region() -> None:
    done = run(EXAMPLE, "--lines")
    assert done.exit_code == 0
    assert "8,760" in done.stdout  # twelve endpoints for 730 hours
    assert "(us-east-1)" in done.stdout


def test_json_is_the_interface() -> None:
    document = json.loads(run(EXAMPLE, "--json").stdout)
    assert document["currency"] == "USD"
    assert document["by"]["capability"]["guardduty"] > 0
    assert {"capability", "account_class", "account", "region", "item", "monthly"} <= set(
        document["lines"][0]
    )


def test_an_assumption_changes_the_sum_and_is_shown_as_given(tmp_path: Path) -> None:
    file = tmp_path / "assumptions.yaml"
    file.write_text("accounts: 10\nvcpus: 2\n", encoding="utf-8")
    usual = json.loads(run(EXAMPLE, "--json").stdout)
    done = run(EXAMPLE, "--assumptions", file, "--assume", "accounts=200", "--json")
    document = json.loads(done.stdout)
    assert document["total"] > 10 * usual["total"]
    # The command line goes before the file.
    assert document["assumptions"]["accounts"]["value"] == 200
    assert document["assumptions"]["accounts"]["given"] is True
    assert document["assumptions"]["vcpus"]["value"] == 2


def test_a_comparison_tells_the_difference() -> None:
    done = run(FOLDER / "small.yaml", "--compare", FOLDER / "inspector.yaml")
    assert done.exit_code == 0
    assert "difference" in done.stdout
    document = json.loads(
        run(FOLDER / "small.yaml", "--compare", FOLDER / "siem.yaml", "--json").stdout
    )
    added = {each["capability"] for each in document["items"] if each["difference"] > 0}
    assert "siem" in added
    assert document["difference"] == pytest.approx(document["after"] - document["before"], abs=0.02)


def test_the_same_configuration_costs_the_same() -> None:
    done = run(EXAMPLE, "--compare", EXAMPLE)
    assert (done.exit_code, done.stdout) == (0, f"{EXAMPLE} costs what {EXAMPLE} costs.\n")
    assert json.loads(run(EXAMPLE, "--compare", EXAMPLE, "--json").stdout)["items"] == []


def test_an_account_alone_is_estimated() -> None:
    done = run(FOLDER / "standalone.yaml", "--json")
    assert done.exit_code == 0
    assert list(json.loads(done.stdout)["by"]["account_class"]) == ["account"]


def test_more_than_allowed_ends_with_1() -> None:
    assert run(EXAMPLE, "--at-most", "1000000").exit_code == 0
    done = run(EXAMPLE, "--at-most", "100", "--json")
    assert done.exit_code == 1
    assert "a month is more than 100.00" in done.stderr
    assert json.loads(done.stdout)["total"] > 100


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.yaml"], "no such file"),
        ([EXAMPLE, "--assume", "accounts"], "write name=value"),
        ([EXAMPLE, "--assume", "evnets=3"], "is no assumption; give one of"),
        ([EXAMPLE, "--assume", "accounts=-3"], "is no number from 0"),
        ([EXAMPLE, "--assumptions", "nothing.yaml"], "cannot be read"),
        ([EXAMPLE, "--assembly", "nothing"], "is no cloud assembly: it has no manifest.json"),
        ([EXAMPLE, "--compare", "nothing.yaml"], "no such file"),
        ([EXAMPLE, "--at-most", "-1"], "at-most"),
    ],
)
def test_wrong_input_ends_with_2_and_no_traceback(arguments: list[object], message: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("artifact", "resource"),
    [
        ({"environment": 5}, {}),
        ({"environment": "nowhere"}, {}),
        ({"properties": []}, {}),
        ({}, {"Type": {}}),
        ({}, []),
        ({}, {"Type": "AWS::CloudFormation::StackSet", "Properties": {"StackSetName": "a"}}),
    ],
)
def test_a_damaged_assembly_is_one_line(
    tmp_path: Path, artifact: dict[str, object], resource: object
) -> None:
    whole: dict[str, object] = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://111111111111/eu-west-1",
        "properties": {"templateFile": "a.json"},
    }
    manifest = {"artifacts": {"a": {**whole, **artifact}}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (tmp_path / "a.json").write_text(json.dumps({"Resources": {"A": resource}}), encoding="utf-8")
    done = run(EXAMPLE, "--assembly", tmp_path)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "synthesize it again" in done.stderr
