"""`baseline settings`: exit statuses, the table, JSON, and one line for everything that goes wrong."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from typer.testing import CliRunner

from baseline.cli import settings as cli
from baseline.settings.sweep_runs import Clients, RunError, run

ROOT = Path(__file__).resolve().parents[3]
MACHINE = "arn:aws:states:eu-west-1:333333333333:stateMachine:secbase-account-settings"


def report(*rows: dict[str, Any], **summary: int) -> dict[str, Any]:
    states = ("ok", "changed", "would_change", "in_progress", "failed")
    return {
        "sweep": "secbase-settings",
        "run": "run-1",
        "started": "2026-11-22T03:00:00Z",
        "trigger": "person",
        "dry_run": True,
        "accounts": [
            {
                "account": {"id": "555555555555", "name": "payments"},
                "state": "would_change",
                "rows": list(rows),
            }
        ],
        "left_out": [{"id": "666666666666", "name": "old", "reason": "the account is SUSPENDED"}],
        "summary": {"accounts": 1, **dict.fromkeys(states, 0), "left_out": 1, **summary},
    }


EBS = {
    "region": "eu-west-1",
    "setting": "ebs_encryption",
    "state": "would_change",
    "before": False,
    "after": True,
}
FINE = {"region": "global", "setting": "contacts.billing", "state": "unchanged"}


class States:
    """Step Functions with one execution, which is done at the third look."""

    def __init__(self, status: str = "SUCCEEDED", error: ClientError | None = None) -> None:
        self.status, self.error = status, error
        self.given: dict[str, Any] = {}
        self.looks = 0

    def start_execution(self, **given: str) -> dict[str, str]:
        if self.error:
            raise self.error
        assert given["stateMachineArn"] == MACHINE
        self.given = json.loads(given["input"])
        return {"executionArn": "execution"}

    def describe_execution(self, **_: str) -> dict[str, Any]:
        self.looks += 1
        if self.looks < 3:
            return {"status": "RUNNING"}
        place = {"report": {"bucket": "reports", "key": "reports/1.json"}}
        said = {"error": "States.ItemReaderFailed", "cause": "no list"}
        return {"status": self.status, "output": json.dumps(place), **said}

    def list_map_runs(self, **_: str) -> dict[str, Any]:
        return {"mapRuns": [{"mapRunArn": "map"}] if self.looks > 1 else []}

    def describe_map_run(self, **_: str) -> dict[str, Any]:
        return {"itemCounts": {"succeeded": 2, "failed": 1, "total": 4}}


class Reports:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def get_object(self, **place: str) -> dict[str, Any]:
        assert place == {"Bucket": "reports", "Key": "reports/1.json"}
        return {"Body": io.BytesIO(json.dumps(self.document).encode())}


@pytest.fixture
def states() -> States:
    return States()


def use(monkeypatch: pytest.MonkeyPatch, states: States, document: dict[str, Any]) -> None:
    clients = Clients(states=states, s3=Reports(document))
    monkeypatch.setattr(cli, "_clients", lambda _names, _profile: clients)
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.chdir(ROOT)


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(cli.settings_app, list(arguments))


def test_a_plan_shows_what_would_change_and_ends_with_one(
    monkeypatch: pytest.MonkeyPatch, states: States
) -> None:
    use(monkeypatch, states, report(EBS, FINE, would_change=1))
    result = invoke("plan", "--account", "555555555555")
    assert result.exit_code == 1
    assert states.given == {"dry_run": True, "accounts": ["555555555555"]}
    for part in ("ebs_encryption", "would change", "false", "true", "the account is SUSPENDED"):
        assert part in result.output
    assert "contacts.billing" not in result.output


def test_a_plan_without_differences_ends_with_zero(
    monkeypatch: pytest.MonkeyPatch, states: States
) -> None:
    use(monkeypatch, states, report(FINE, ok=1))
    result = invoke("plan")
    assert (result.exit_code, "dry run run-1" in result.output) == (0, True)


@pytest.mark.parametrize(("failed", "status"), [(0, 0), (1, 1)])
def test_apply_ends_with_one_when_an_account_failed(
    monkeypatch: pytest.MonkeyPatch, states: States, failed: int, status: int
) -> None:
    use(monkeypatch, states, report(EBS, changed=1, failed=failed))
    assert invoke("apply").exit_code == status
    assert states.given == {"dry_run": False}


def test_json_is_the_report(monkeypatch: pytest.MonkeyPatch, states: States) -> None:
    document = report(EBS, would_change=1)
    use(monkeypatch, states, document)
    result = CliRunner().invoke(cli.settings_app, ["plan", "--json"])
    assert json.loads(result.stdout) == document


def test_an_execution_that_failed_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, States("FAILED"), report())
    result = invoke("apply")
    assert result.exit_code == 2
    assert result.stderr.strip() == "execution ended FAILED: States.ItemReaderFailed no list"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("StateMachineDoesNotExist", "deploy the stack `settings` first"),
        ("AccessDeniedException", "AWS refused: AccessDeniedException: as planned"),
    ],
)
def test_what_aws_refuses_is_one_line(
    monkeypatch: pytest.MonkeyPatch, code: str, said: str
) -> None:
    error = ClientError({"Error": {"Code": code, "Message": "as planned"}}, "StartExecution")
    use(monkeypatch, States(error=error), report())
    result = invoke("plan")
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


class Session:
    """A boto3 session whose credentials are of another account, or missing."""

    def __init__(self, account: str | None) -> None:
        self._account = account

    def client(self, service: str) -> Any:
        assert service == "sts"
        return self

    def get_caller_identity(self) -> dict[str, str]:
        if self._account is None:
            raise NoCredentialsError
        return {"Account": self._account}


@pytest.mark.parametrize(
    ("account", "said"),
    [
        (None, "no AWS credentials; sign in to the security account"),
        ("555555555555", "the credentials belong to account 555555555555"),
    ],
)
def test_credentials_that_do_not_fit_are_one_line(
    monkeypatch: pytest.MonkeyPatch, account: str | None, said: str
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(boto3, "Session", lambda **_: Session(account))
    result = invoke("plan")
    assert result.exit_code == 2
    assert result.stderr.startswith(said)
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_wrong_configuration_is_said_before_anything_starts(tmp_path: Path) -> None:
    file = tmp_path / "baseline.yaml"
    file.write_text("prefix: 1\n", encoding="utf-8")
    result = invoke("plan", "--config", str(file))
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_progress_is_told(states: States) -> None:
    seen: list[tuple[int, int]] = []
    waits: list[float] = []
    clients = Clients(states=states, s3=Reports(report()))
    run(
        clients,
        MACHINE,
        {},
        progress=lambda done, total: seen.append((done, total)),
        sleep=waits.append,
    )
    assert seen == [(0, 0), (3, 4), (3, 4)]
    assert waits == [0.5, 0.75]


def test_a_stopped_execution_is_an_error() -> None:
    clients = Clients(states=States("ABORTED"), s3=Reports(report()))
    with pytest.raises(RunError, match="ABORTED"):
        run(clients, MACHINE, {}, sleep=lambda _: None)
