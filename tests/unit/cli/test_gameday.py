"""`baseline gameday`: exit statuses, the table, JSON, and what is asked before anything is done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError
from typer.testing import CliRunner, Result

from baseline.cli.gameday import gameday_app
from baseline.gameday import runs
from baseline.gameday.journal import Entry, Journal
from tests.unit.gameday.fakes import (
    HOME,
    LOCAL,
    MEMBER,
    FakeWorld,
    Service,
    configuration,
    error,
)

REAL = ["run", "public-bucket", "--real", "--account", "payments-test"]


class Command:
    """The command in a folder, with a world in the place of AWS."""

    def __init__(self, folder: Path, world: FakeWorld) -> None:
        self.folder, self.world = folder, world

    def __call__(self, *arguments: str, typed: str = "") -> Result:
        given = [*arguments]
        if arguments[0] in ("run", "cleanup"):
            given += ["--config", str(self.folder / "baseline.yaml")]
            given += ["--journal", str(self.folder / "journal")]
        return CliRunner().invoke(gameday_app, given, input=typed)


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    configuration(tmp_path)
    world = FakeWorld(poll_seconds=0.01)

    def refuse(**_: object) -> None:
        raise error("AccessDenied", "an explicit deny")

    def no_policy(**_: object) -> None:
        raise error("NoSuchBucketPolicy")

    block: dict[str, dict[str, bool]] = {"PublicAccessBlockConfiguration": {}}
    world.others["s3control"] = Service(
        get_public_access_block=lambda **_: block, put_public_access_block=refuse
    )
    world.s3._operations |= {
        "create_bucket": lambda **_: {},
        "put_bucket_tagging": lambda **_: {},
        "put_bucket_policy": refuse,
        "get_bucket_policy": no_policy,
        "delete_bucket": lambda **_: {},
    }
    monkeypatch.setattr(runs.Options, "world", lambda _: world)
    return Command(tmp_path, world)


def test_an_account_of_aws_is_named_and_its_id_typed(command: Command) -> None:
    done = command(*REAL, typed=f"{MEMBER}\n")

    assert done.exit_code == 0, done.output
    assert f"account {MEMBER} (payments-test), Region {HOME}" in done.output
    assert "3 arrived" in done.output
    assert "record: s3://evidence/gamedays/gameday-" in done.output


@pytest.mark.parametrize("typed", ["yes\n", "555555555555\n", "\n \n\n"])
def test_who_types_something_else_does_nothing(command: Command, typed: str) -> None:
    done = command(*REAL, typed=typed)

    assert done.exit_code != 0
    assert command.world.s3.called == []


def test_a_pipeline_names_the_account_instead(command: Command) -> None:
    done = command(*REAL, "--yes-account", MEMBER, "--json", "--no-evidence")

    assert done.exit_code == 0, done.output
    record = json.loads(done.stdout)
    assert record["ok"]
    assert [row["verdict"] for row in record["scenarios"][0]["rows"]] == ["arrived"] * 3
    other = command(*REAL, "--yes-account", "555555555555")
    assert other.exit_code != 0


def test_what_does_not_arrive_fails_the_command(command: Command) -> None:
    command.world.s3._operations["put_bucket_policy"] = lambda **_: {}

    done = command(*REAL, "--yes-account", MEMBER, "--no-evidence")

    assert done.exit_code == 1
    assert "missing" in done.output
    assert "AWS did what was asked" in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run"], "choose where"),
        (["run", "--real", "--endpoint", LOCAL], "choose where"),
        (["run", "open-prot", "--real"], "did you mean open-port"),
        (["run", "open-port", "--real", "--account", "payments-test"], "add --page"),
        (["run", "public-bucket", "--real"], "has to be named"),
        (["run", "public-bucket", "--real", "--account", "management"], "management account"),
        (["run", "public-bucket", "--real", "--account", "security"], "has to be named"),
        (["run", "canary-key", "--real", "--page"], "response.canary_users"),
        (["run", "public-bucket", "--real", "--profile", "dev"], "write ACCOUNT=PROFILE"),
        (["run", "public-bucket", "--endpoint", LOCAL, "--region", "us-west-2"], "not governed"),
        (["show", "nothing"], "is no scenario"),
        (["cleanup"], "choose where"),
    ],
)
def test_wrong_input_is_a_line(command: Command, arguments: list[str], said: str) -> None:
    done = command(*arguments)

    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output


def test_errors_of_aws_are_a_line(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Any:
        raise NoCredentialsError

    monkeypatch.setattr(runs, "alias_of", fail)
    done = command(*REAL)
    assert done.exit_code == 2
    assert "no AWS credentials" in done.output


def test_the_embedded_aws_asks_nothing_and_leaves_out_what_cannot_run(command: Command) -> None:
    command.world.embedded = True

    done = command("run", "public-bucket", "--endpoint", LOCAL)

    assert done.exit_code == 0, done.output
    assert "1 not emulated" in done.output
    assert "Type the account ID" not in done.output


def test_a_run_that_proved_nothing_is_no_success(command: Command) -> None:
    command.world.embedded = True
    file = command.folder / "baseline.yaml"
    text = file.read_text(encoding="utf-8")
    alarm = "arn:aws:cloudwatch:eu-west-1:666666666666:alarm:errors"
    experiments = f"experiments: {{ account: '{MEMBER}', stop_alarms: ['{alarm}'] }}"
    file.write_text(text.replace("inbox: true", f"inbox: true, {experiments}"), encoding="utf-8")

    done = command("run", "instances-stopped", "--endpoint", LOCAL)

    assert done.exit_code == 1, done.output
    assert "1 not emulated" in done.output


def test_without_the_queue_nothing_is_done(command: Command) -> None:
    command.world.embedded = True
    command.world.inbox.exists = False

    done = command("run", "open-port", "--endpoint", LOCAL)

    assert done.exit_code == 2
    assert "deploy the stack response" in done.output
    assert command.world.ec2.called == []


def test_ctrl_c_between_two_scenarios_keeps_what_is_known(command: Command) -> None:
    command.world.embedded = True
    looks = []

    def interrupt(**_: object) -> Any:
        looks.append(1)
        if len(looks) > 1:
            raise KeyboardInterrupt
        return {"QueueUrl": "q"}

    command.world.inbox._operations["get_queue_url"] = interrupt

    done = command("run", "public-bucket", "open-port", "--endpoint", LOCAL, "--json")

    assert done.exit_code == 1
    record = json.loads(done.stdout)
    assert [(one["scenario"], one["interrupted"]) for one in record["scenarios"]] == [
        ("public-bucket", False),
        ("open-port", True),
    ]


def test_what_is_left_is_cleaned_up_later(command: Command) -> None:
    journal = Journal(folder=command.folder / "journal")
    entry = Entry(
        run="gameday-1",
        scenario="open-port",
        target="AWS",
        account=MEMBER,
        region=HOME,
        steps=["delete-security-group"],
        facts={"vpc": "vpc-1", "group": "sg-1"},
    )
    journal.write(entry)
    command.world.ec2.refuses_deletion = True

    failed = command("cleanup", "--real", "--yes-account", MEMBER)
    command.world.ec2.refuses_deletion = False
    done = command("cleanup", "--real", typed=f"{MEMBER}\n")
    again = command("cleanup", "--real")

    assert (failed.exit_code, done.exit_code, again.exit_code) == (1, 0, 0)
    assert "failed" in failed.output
    assert "nothing is left" in again.output


def test_scenarios_are_shown_and_listed(command: Command) -> None:
    shown = command("show", "trail-stopped")
    listed = command("list")
    data = json.loads(command("list", "--json").stdout)

    assert "stop-trail is denied" in shown.output
    assert "really tells: critical" in shown.output
    assert "canary-key" in listed.output
    assert {one["id"] for one in data} >= {"open-port", "zone-cut-off"}
    assert json.loads(command("show", "open-port", "--json").stdout)["tells"] == ["high"]
