"""`baseline evidence`: exit statuses, the table, JSON, and one line for whatever was typed wrong."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from baseline.cli.application import application
from tests.support import ROOT

JUNIT = """<?xml version="1.0"?>
<testsuites><testsuite name="unit">
<testcase classname="tests.a" name="works" time="0.1"/>
<testcase classname="tests.a" name="breaks" time="0.2"><failure message="token abc">abc</failure></testcase>
<testcase classname="tests.a" name="waits" time="0"><skipped/></testcase>
</testsuite></testsuites>"""
CONTROLS = '[{"capability": "trail", "construct": "audit/Trail", "controls": ["CloudTrail.1"]}]'


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody's credentials, no metadata service, the repository's configuration."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    (tmp_path / "results.xml").write_text(JUNIT, encoding="utf-8")
    (tmp_path / "cdk.out").mkdir()
    (tmp_path / "cdk.out" / "controls.json").write_text(CONTROLS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def invoke(*arguments: str) -> Any:
    given = ("evidence", "--config", str(ROOT / "baseline.yaml"), *arguments)
    return CliRunner().invoke(application, given)


def local(*arguments: str) -> Any:
    chosen = ("--only", "controls", "--only", "tests", "--tests", "results.xml")
    return invoke(*chosen, "--output", "e.zip", *arguments)


def test_local_evidence_is_complete_without_credentials() -> None:
    result = local()
    assert result.exit_code == 0, result.output
    for part in ("controls/matrix.jsonl", "tests/01.jsonl", "complete", "manifest SHA-256"):
        assert part in result.output
    with zipfile.ZipFile("e.zip") as package:
        tests = [json.loads(line) for line in package.read("tests/01.jsonl").splitlines()]
        manifest = json.loads(package.read("manifest.json"))
    assert [each["outcome"] for each in tests] == ["passed", "failure", "skipped"]
    assert "abc" not in json.dumps(tests)
    assert len(manifest["configuration_sha256"]) == 64


def test_the_proofs_of_the_configuration_are_evidence() -> None:
    # Fewer units than the example, and as many guardrails.
    small = ("--config", str(ROOT / "examples/configurations/small.yaml"))
    result = invoke(*small, "--only", "proofs", "--output", "p.zip", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["items"][0]["records"] > 1000
    with zipfile.ZipFile("p.zip") as package, package.open("proofs/guardrails.jsonl") as content:
        assert json.loads(content.readline())["passed"] is True


def test_what_is_not_there_ends_with_one() -> None:
    result = local("--assembly", "elsewhere")
    assert result.exit_code == 1
    assert "1 part missing" in result.output
    assert "not enabled" in result.output


def test_json_has_the_manifest_and_its_hash() -> None:
    result = local("--json")
    found = json.loads(result.stdout)
    assert (found["package"], found["complete"]) == ("e.zip", True)
    assert invoke("--verify", "e.zip", "--digest", found["manifest_sha256"]).exit_code == 0
    other = invoke("--verify", "e.zip", "--digest", "0" * 64)
    assert other.exit_code == 1
    assert "the manifest is another one" in other.output


def test_a_changed_package_ends_with_one_and_names_the_file() -> None:
    local()
    with zipfile.ZipFile("e.zip", "a") as package:
        package.writestr("more.txt", "more")
    result = invoke("--verify", "e.zip")
    assert result.exit_code == 1
    assert "extra: more.txt" in result.output
    found = json.loads(invoke("--verify", "e.zip", "--json").stdout)
    assert (found["whole"], found["extra"]) == (False, ["more.txt"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--only", "artefact"), "did you mean 'artifact'?"),
        (("--output", "e.tar"), "name a FILE.zip or s3://BUCKET/PREFIX"),
        (("--output", "s3://A_B"), "write it as in s3://BUCKET/PREFIX"),
        (("--output", "nowhere/e.zip", "--only", "controls"), "there is no folder nowhere"),
        (("--since", "yesterday"), "is not a day; write it as in 2026-10-01"),
        (("--since", "2999-01-01"), "is in the future"),
        (("--tests", "none.xml"), "there is no such file"),
        (("--reports", "bucket"), "write it as in s3://BUCKET/PREFIX"),
        (("--digest", "0"), "pass both"),
        (("--accept-terms",), "add --artifact-reports"),
        (("--verify", "none.zip"), "there is no file none.zip"),
        (("--verify", "results.xml"), "is not a zip"),
        (("--config", "none.yaml"), "none.yaml"),
        ((), "AWS does not know who is asking"),
        (("--profile", "nobody"), "nobody"),
    ],
)
def test_wrong_input_is_one_line_and_two(arguments: tuple[str, ...], said: str) -> None:
    result = invoke(*arguments)
    assert result.exit_code == 2, result.output
    assert said in result.output
    assert "Traceback" not in result.output
    assert len(result.output.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "text",
    ["", "no xml", "<html/>", "<!DOCTYPE x [<!ENTITY a 'b'>]><testsuite/>", "<testsuite><testcase"],
)
def test_results_that_are_none_are_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "results.xml").write_text(text, encoding="utf-8")
    result = local()
    assert result.exit_code == 1
    assert "failed" in result.output


def test_the_help_names_every_source() -> None:
    from baseline.evidence.handlers.evidence.collectors import COLLECTORS  # noqa: PLC0415

    said = " ".join(invoke("--help").output.replace("│", " ").split())
    for name in (*COLLECTORS, "controls", "proofs", "tests"):
        assert name in said


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        boto3.client("s3", region_name="eu-west-1").create_bucket(
            Bucket="secbase-evidence", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        yield


@pytest.mark.usefixtures("aws")
def test_a_bucket_gets_the_package() -> None:
    result = invoke("--only", "controls", "--output", "s3://secbase-evidence", "--json")
    assert result.exit_code == 0, result.output
    place = json.loads(result.stdout)["package"]
    assert place.startswith("s3://secbase-evidence/compliance/20")
    s3 = boto3.client("s3", region_name="eu-west-1")
    keys = [row["Key"] for row in s3.list_objects_v2(Bucket="secbase-evidence")["Contents"]]
    assert [key.split("/", 2)[2] for key in keys] == ["controls/matrix.jsonl", "manifest.json"]


@pytest.mark.usefixtures("aws")
def test_a_bucket_that_is_not_there_is_wrong_input() -> None:
    result = invoke("--only", "controls", "--output", "s3://nobody-made-it/x")
    assert result.exit_code == 2
    assert "cannot be written" in result.output


@pytest.mark.usefixtures("aws")
def test_an_account_without_anything_gives_a_package_that_says_so() -> None:
    chosen = ("--only", "config", "--only", "security-hub", "--only", "backup")
    result = invoke(*chosen, "--output", "e.zip", "--json")
    assert result.exit_code == 1, result.output
    found = {each["path"] or each["source"]: each for each in json.loads(result.stdout)["items"]}
    assert found["config/accounts.jsonl"]["missing"]
    assert found["backup"] == found["backup"] | {"status": "not enabled", "missing": False}
    assert invoke("--verify", "e.zip").exit_code == 0
