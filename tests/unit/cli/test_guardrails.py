"""`baseline guardrails`: list, show and test, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from baseline.cli.guardrails import guardrails_app
from baseline.guardrails import catalog
from baseline.guardrails.model import Guardrail

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = str(ROOT / "baseline.yaml")
# The smallest organization; that the proofs of the example hold is asked in tests/unit/guardrails.
SMALL = str(ROOT / "examples/configurations/small.yaml")


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("COLUMNS", "160")
    return CliRunner()


def test_list_shows_guardrails_and_sets(cli: CliRunner) -> None:
    done = cli.invoke(guardrails_app, ["list"])
    assert done.exit_code == 0
    assert "deny-regions" in done.output
    assert "foundation" in done.output


def test_list_as_json(cli: CliRunner) -> None:
    done = json.loads(cli.invoke(guardrails_app, ["list", "--json"]).output)
    assert {row["id"] for row in done["guardrails"]} == set(catalog.guardrails())
    assert "deny-regions" in done["sets"]["foundation"]


def test_show_says_why_whom_and_what_is_proved(cli: CliRunner) -> None:
    done = cli.invoke(guardrails_app, ["show", "protect-config"])
    assert done.exit_code == 0
    for text in (
        "exempt: break_glass, deployers",
        "config:StopConfigurationRecorder",
        "must be denied:",
    ):
        assert text in done.output


def test_show_a_policy_that_configures_a_service(cli: CliRunner) -> None:
    done = cli.invoke(guardrails_app, ["show", "guardduty-organization", "--json"])
    assert json.loads(done.output)["type"] == "GUARDDUTY_POLICY"
    assert cli.invoke(guardrails_app, ["show", "guardduty-organization"]).exit_code == 0


def test_show_an_unknown_guardrail(cli: CliRunner) -> None:
    done = cli.invoke(guardrails_app, ["show", "nope"])
    assert done.exit_code == 2
    assert "guardrail 'nope' is not in the catalog; known: " in done.output
    assert "deny-imitated-roles" in done.output


def test_show_suggests_the_name_that_was_meant(cli: CliRunner) -> None:
    done = cli.invoke(guardrails_app, ["show", "deny-region"])
    assert done.exit_code == 2
    assert "did you mean 'deny-regions'?" in done.output


def test_show_a_set(cli: CliRunner) -> None:
    done = cli.invoke(guardrails_app, ["show", "quarantine"])
    assert done.exit_code == 0, done.output
    assert "deny-everything" in done.output
    report = json.loads(cli.invoke(guardrails_app, ["show", "quarantine", "--json"]).output)
    assert report["id"] == "quarantine"
    assert report["guardrails"] == list(catalog.sets()["quarantine"].guardrails)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Give a configuration with a guardrail and a set of its own, and a mistake elsewhere."""
    folder = tmp_path / "own"
    folder.mkdir()
    document = catalog.guardrails()["protect-config"].model_dump(mode="json")
    (folder / "keep-config.json").write_text(json.dumps(document | {"id": "keep-config"}))
    row = {"title": "What our team adds to the foundation", "guardrails": ["keep-config"]}
    (folder / "sets.json").write_text(json.dumps({"our-set": row}))
    config = tmp_path / "baseline.yaml"
    config.write_text("prefix: Wrong\nguardrails: {custom_folder: own}\n")
    return config


def test_list_and_show_read_the_own_guardrails_of_a_configuration(
    cli: CliRunner, own: Path
) -> None:
    options = ["--config", str(own), "--json"]
    found = json.loads(cli.invoke(guardrails_app, ["list", *options]).output)
    custom = {row["id"]: row["custom"] for row in found["guardrails"]}
    assert custom["keep-config"] is True
    assert custom["protect-config"] is False
    assert found["sets"]["our-set"] == ["keep-config"]
    shown = json.loads(cli.invoke(guardrails_app, ["show", "keep-config", *options]).output)
    assert shown["id"] == "keep-config"
    assert "your own" in cli.invoke(guardrails_app, ["list", *options[:2]]).output
    assert cli.invoke(guardrails_app, ["show", "our-set", *options[:2]]).exit_code == 0


def test_list_reads_the_configuration_where_one_works_if_there_is_one(
    cli: CliRunner, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(own.parent)
    assert "keep-config" in cli.invoke(guardrails_app, ["list"]).output
    own.unlink()
    done = cli.invoke(guardrails_app, ["list"])
    assert done.exit_code == 0
    assert "keep-config" not in done.output


def test_list_names_a_missing_configuration_and_a_wrong_guardrail(
    cli: CliRunner, own: Path
) -> None:
    done = cli.invoke(guardrails_app, ["list", "--config", "missing.yaml"])
    assert (done.exit_code, "missing.yaml" in done.output) == (2, True)
    (own.parent / "own/other.json").write_text("{}")
    done = cli.invoke(guardrails_app, ["list", "--config", str(own)])
    assert done.exit_code == 2
    assert "other.json title: Field required" in done.output


def test_proofs_of_the_example_hold(cli: CliRunner) -> None:
    done = cli.invoke(guardrails_app, ["test", "--config", EXAMPLE])
    assert done.exit_code == 0, done.output
    assert "all hold" in done.output
    assert "ProtectCloudTrail" in done.output


def test_proofs_as_json_name_the_deciding_statement(cli: CliRunner) -> None:
    done = cli.invoke(guardrails_app, ["test", "--config", SMALL, "--json"])
    report = json.loads(done.output)
    assert report["passed"] is True
    denied = [row for row in report["results"] if row["verdict"] == "denied"]
    assert all(row["statement"] and row["policy"] and row["level"] for row in denied)


def test_the_speed_is_reported_when_asked_for(cli: CliRunner) -> None:
    done = cli.invoke(guardrails_app, ["test", "--config", SMALL, "--bench", "--json"])
    assert json.loads(done.output)["evaluations_per_second"] > 0
    done = cli.invoke(guardrails_app, ["test", "--config", SMALL, "--bench"])
    assert "evaluations a second" in done.output


def test_a_failed_proof_ends_with_status_1(cli: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = {"why": "wrong on purpose", "actions": ["config:StopConfigurationRecorder"]}
    document = catalog.guardrails()["protect-config"].model_dump(mode="json")
    broken = Guardrail.model_validate(document | {"allowed": [proof] * 3})
    changed = catalog.guardrails() | {"protect-config": broken}
    monkeypatch.setattr(catalog, "guardrails", lambda: changed)
    done = cli.invoke(guardrails_app, ["test", "--config", SMALL])
    assert done.exit_code == 1
    assert "failed: Security: protect-config: wrong on purpose" in done.output
    assert "denied by statement ProtectConfig" in done.output


def test_a_wrong_configuration_ends_with_status_2(cli: CliRunner, tmp_path: Path) -> None:
    done = cli.invoke(guardrails_app, ["test", "--config", str(tmp_path / "missing.yaml")])
    assert done.exit_code == 2
    assert "missing.yaml" in done.output
    assert "Traceback" not in done.output


ASK = ["explain", "--config", EXAMPLE, "--ou", "Workloads"]
DEVELOPER = "arn:aws:iam::123456789012:role/Developer"


def test_explain_names_statement_policy_level_and_guardrail(cli: CliRunner) -> None:
    done = cli.invoke(
        guardrails_app,
        [*ASK, "--principal", DEVELOPER, "--action", "guardduty:DeleteDetector"],
    )
    assert done.exit_code == 0, done.output
    assert done.output.startswith("denied: guardduty:DeleteDetector is denied by statement ")
    assert "of secbase-scp-workloads-" in done.output
    assert "at OU Workloads" in done.output
    assert "guardrail protect-guardduty: " in done.output


def test_explain_says_that_nothing_denies(cli: CliRunner) -> None:
    done = cli.invoke(
        guardrails_app, [*ASK, "--principal", DEVELOPER, "--action", "sqs:SendMessage"]
    )
    assert done.output.strip() == "allowed: nothing denies sqs:SendMessage"


def test_explain_reads_region_resource_and_context(cli: CliRunner) -> None:
    question = [*ASK, "--principal", DEVELOPER, "--action", "s3:GetObject", "--json"]
    fine = json.loads(cli.invoke(guardrails_app, question).output)
    assert (fine["verdict"], fine["statement"], fine["region"]) == ("allowed", "", "eu-west-1")
    far = json.loads(cli.invoke(guardrails_app, [*question, "--region", "sa-east-1"]).output)
    assert far["guardrail"] == "deny-regions"
    plain = [*question, "--resource", "arn:aws:s3:::b/k", "--context", "aws:SecureTransport=false"]
    assert json.loads(cli.invoke(guardrails_app, plain).output)["guardrail"] == "require-tls"


def test_explain_knows_strangers_services_and_the_accounts_of_the_file(cli: CliRunner) -> None:
    def guardrail(*options: str) -> str:
        done = cli.invoke(guardrails_app, [*ASK, *options, "--json"])
        assert done.exit_code == 0, done.output
        return str(json.loads(done.output)["guardrail"])

    reading = ("--action", "s3:GetObject", "--resource", "arn:aws:s3:::b/k")
    assert guardrail("--principal", DEVELOPER, *reading) == ""
    assert guardrail("--principal", DEVELOPER, *reading, "--outside") == "deny-outside-identities"
    service = ("--principal", "config.amazonaws.com", "--action", "s3:PutObject")
    assert guardrail(*service) == ""
    stranger = (*service, "--context", "aws:SourceAccount=909090909090")
    assert guardrail(*stranger) == "deny-confused-deputies"
    security = ("--principal", "arn:aws:iam::333333333333:role/x", "--action", "ec2:CreateVpc")
    assert guardrail(*security) == ""  # the file says that this account stands in Security


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--principal", DEVELOPER, "--action", "s3"], "is not of the form service:Action"),
        (["--principal", "x", "--action", "s3:Get"], "principal 'x' is not"),
        (
            ["--principal", DEVELOPER, "--action", "s3:Get", "--context", "x"],
            "--context 'x' is not of the form KEY=VALUE",
        ),
        (
            ["--ou", "Workload", "--principal", DEVELOPER, "--action", "s3:Get"],
            "did you mean 'Workloads'?",
        ),
    ],
)
def test_explain_refuses_a_wrong_question(cli: CliRunner, options: list[str], message: str) -> None:
    done = cli.invoke(guardrails_app, [*ASK, *options])
    assert done.exit_code == 2
    assert message in done.output
