"""`baseline controls`, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from baseline.cli.application import application
from baseline.controls.matrix import control_matrix


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("COLUMNS", "200")
    return CliRunner()


def test_everything_is_listed_by_phase(cli: CliRunner) -> None:
    done = cli.invoke(application, ["controls"])
    assert done.exit_code == 0
    assert "Phase 1: Infrastructure protection" in done.output
    assert f"{len(control_matrix().capabilities)} capabilities" in done.output
    assert "0 without a test" in done.output


def test_one_capability_shows_proofs_gaps_and_who_does_what(cli: CliRunner) -> None:
    done = cli.invoke(application, ["controls", "--capability", "organization-trail"])
    assert done.exit_code == 0
    for text in ("CloudTrail.2", "cis-5.0: 3.5", "Data events are off until named", "AWS does"):
        assert text in done.output


def test_a_framework_shows_what_is_open_and_not_verified(cli: CliRunner) -> None:
    done = cli.invoke(application, ["controls", "--framework", "cis-7.0"])
    assert done.exit_code == 0
    assert "2.1.1" in done.output
    assert "open 2.17" in done.output
    assert "the benchmark itself was not read" in done.output.replace("\n", " ")


def test_with_another_filter_nothing_is_called_open(cli: CliRunner) -> None:
    done = cli.invoke(application, ["controls", "--framework", "cis-5.0", "--phase", "3"])
    assert done.exit_code == 0
    assert "open" not in done.output.replace("open-port-closer", "")


def test_json_is_the_whole_matrix_or_the_part(cli: CliRunner) -> None:
    done = json.loads(cli.invoke(application, ["controls", "--control", "WAF.10", "--json"]).output)
    assert [row["id"] for row in done["capabilities"]] == ["web-acl"]
    assert done["sources"]["prowler"]["verified"] is False


def test_an_assembly_shows_what_it_has(cli: CliRunner, tmp_path: Path) -> None:
    row = {"capability": "web-acl", "construct": "a/Acl", "controls": ["WAF.10"]}
    tree = {
        "path": "a/Acl",
        "attributes": {"aws:cdk:cloudformation:type": "AWS::WAFv2::WebACL"},
    }
    (tmp_path / "controls.json").write_text(json.dumps([row]), encoding="utf-8")
    (tmp_path / "tree.json").write_text(json.dumps({"tree": tree}), encoding="utf-8")
    done = cli.invoke(application, ["controls", "--assembly", str(tmp_path)])
    assert done.exit_code == 0
    assert "1 capabilities" in done.output
    assert "billing" not in done.output
    one = cli.invoke(
        application, ["controls", "--assembly", str(tmp_path), "--capability", "web-acl"]
    )
    assert "1 AWS::WAFv2::WebACL" in one.output
    row["capability"] = "our-own"
    (tmp_path / "controls.json").write_text(json.dumps([row]), encoding="utf-8")
    done = cli.invoke(application, ["controls", "--assembly", str(tmp_path)])
    assert done.exit_code == 1
    assert "unknown to the matrix: our-own" in done.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--capability", "organisation-trail"], "did you mean 'organization-trail'?"),
        (["--control", "CloudTrail.22"], "did you mean 'CloudTrail.2'?"),
        (["--framework", "cis5"], "did you mean 'cis-5.0'?"),
        (["--phase", "0"], "phase 0 does not exist"),
        (["--assembly", "nowhere"], "nowhere has no controls.json"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(
    cli: CliRunner, arguments: list[str], message: str
) -> None:
    done = cli.invoke(application, ["controls", *arguments])
    assert done.exit_code == 2
    assert message in done.output
    assert "Traceback" not in done.output
    assert len(done.output.strip().splitlines()) == 1
