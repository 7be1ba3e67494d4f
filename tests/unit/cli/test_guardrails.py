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


def test_proofs_of_the_example_hold(cli: CliRunner) -> None:
    done = cli.invoke(guardrails_app, ["test", "--config", EXAMPLE])
    assert done.exit_code == 0, done.output
    assert "all hold" in done.output
    assert "ProtectCloudTrail" in done.output


def test_proofs_as_json_name_the_deciding_statement(cli: CliRunner) -> None:
    done = cli.invoke(guardrails_app, ["test", "--config", EXAMPLE, "--json"])
    report = json.loads(done.output)
    assert report["passed"] is True
    denied = [row for row in report["results"] if row["verdict"] == "denied"]
    assert all(row["statement"] and row["policy"] and row["level"] for row in denied)


def test_the_speed_is_reported_when_asked_for(cli: CliRunner) -> None:
    # The smallest organization: the speed of the example is `make bench`'s affair.
    small = str(Path(EXAMPLE).parent / "examples/configurations/small.yaml")
    done = cli.invoke(guardrails_app, ["test", "--config", small, "--bench", "--json"])
    assert json.loads(done.output)["evaluations_per_second"] > 0
    done = cli.invoke(guardrails_app, ["test", "--config", small, "--bench"])
    assert "evaluations a second" in done.output


def test_a_failed_proof_ends_with_status_1(cli: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = {"why": "wrong on purpose", "actions": ["config:StopConfigurationRecorder"]}
    document = catalog.guardrails()["protect-config"].model_dump(mode="json")
    broken = Guardrail.model_validate(document | {"allowed": [proof] * 3})
    changed = catalog.guardrails() | {"protect-config": broken}
    monkeypatch.setattr(catalog, "guardrails", lambda: changed)
    done = cli.invoke(guardrails_app, ["test", "--config", EXAMPLE])
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
