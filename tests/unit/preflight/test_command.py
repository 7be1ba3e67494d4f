"""`baseline preflight` as a user runs it: ways into accounts, formats, exit status, wrong input."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import NoCredentialsError, ProfileNotFound
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

from baseline.cli.application import application
from baseline.config import Standalone
from baseline.live.reads import ACTIONS
from baseline.preflight import reach
from tests.unit.live.sessions import refuse
from tests.unit.preflight.brownfield import brown_field
from tests.unit.preflight.world import (
    LOGS,
    MANAGEMENT,
    NETWORK,
    ROOT,
    SECURITY,
    Session,
    World,
)

RUNNER = CliRunner()
ALONE = "121212121212"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world that boto3 leads into; profiles are named after accounts."""
    world = World()
    enter(world, monkeypatch)
    return world


def enter(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def session(profile_name: str | None = None, **keys: str) -> Session:
        if profile_name == "missing":
            raise ProfileNotFound(profile=profile_name)
        account = profile_name or keys.get("aws_access_key_id") or MANAGEMENT
        world.set("sts:GetCallerIdentity", {"Account": account}, account=account)
        return Session(world, account)

    def assume(parameters: dict[str, Any]) -> Any:
        assert parameters["PolicyArns"] == [{"arn": reach.READ_ONLY}]
        account, role = parameters["RoleArn"].split(":")[4:]
        if account == LOGS and role.endswith("/OrganizationAccountAccessRole"):
            return "AccessDenied"
        return {
            "Credentials": {
                "AccessKeyId": account.rjust(16, "0")[-16:],
                "SecretAccessKey": "x",
                "SessionToken": "x",
                "Expiration": "2026-11-23T00:00:00Z",
            }
        }

    def keyed(*arguments: Any, **keys: str) -> Session:
        key = keys.get("aws_access_key_id", "")
        return session(*arguments, **({"aws_access_key_id": key[-12:]} if key else keys))

    world.set("sts:AssumeRole", assume)
    monkeypatch.setattr("baseline.preflight.reach.boto3.Session", keyed)


def run(*arguments: str) -> Result:
    return RUNNER.invoke(application, ["preflight", *arguments])


def small_assembly(folder: Path) -> Path:
    """Write an assembly with one stack and no names."""
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}}
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": f"aws://{LOGS}/eu-west-1",
        "displayName": "log-archive",
        "properties": {"templateFile": "a.template.json", "stackName": "secbase-log-archive"},
    }
    folder.mkdir()
    (folder / "a.template.json").write_text(json.dumps(template), encoding="utf-8")
    manifest = {"version": "1", "artifacts": {"a": stack}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.mark.usefixtures("world")
def test_nothing_in_the_way_is_exit_0(tmp_path: Path) -> None:
    done = run("--assembly", str(small_assembly(tmp_path / "out")))
    assert done.exit_code == 0, done.output
    assert "nothing is in the way" in done.output
    assert "5 accounts looked at" in done.output
    assert "Fine" not in done.output
    assert "Fine" in run("--all", "--assembly", str(tmp_path / "out")).output


def test_a_brown_field_is_exit_1_with_lines_commands_and_imports(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world = brown_field()
    enter(world, monkeypatch)
    done = run("--assembly", str(small_assembly(tmp_path / "out")))
    assert done.exit_code == 1
    for text in (
        "Conflicts",
        "Write into baseline.yaml:",
        "control_tower: controls",
        "$ aws guardduty disable-organization-admin-account",
        "unknown.denied",
        "something is in the way",
    ):
        assert text in done.output, text


@pytest.mark.usefixtures("world")
def test_json_is_for_programs_and_markdown_for_a_ticket(tmp_path: Path) -> None:
    folder = str(small_assembly(tmp_path / "out"))
    document = json.loads(run("--json", "--assembly", folder).stdout)
    assert document["in_the_way"] is False
    assert document["accounts"][0] == MANAGEMENT
    assert run("--format", "markdown", "--assembly", folder).stdout.startswith("# Before the first")


@pytest.mark.usefixtures("world")
def test_without_an_assembly_names_are_unknown_and_not_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = str(Path("baseline.yaml").resolve())
    monkeypatch.chdir(tmp_path)
    done = run("--config", config, "--json")
    assert done.exit_code == 1
    rows = json.loads(done.stdout)["findings"]
    (row,) = (row for row in rows if row["check"] == "unknown.assembly")
    assert (row["verdict"], row["commands"]) == ("unknown", ["npx cdk synth -q"])


def test_the_second_role_is_tried_where_the_first_is_refused(world: World, tmp_path: Path) -> None:
    folder = str(small_assembly(tmp_path / "out"))
    assert run("--assembly", folder).exit_code == 0
    assert {account for account, _, _ in world.calls} >= {LOGS, SECURITY, NETWORK}
    done = run("--assembly", folder, "--role", "OrganizationAccountAccessRole")
    assert done.exit_code == 1
    assert "account 222222222222 was not looked at" in " ".join(done.output.split())


def test_a_profile_goes_before_roles(world: World, tmp_path: Path) -> None:
    folder = str(small_assembly(tmp_path / "out"))
    arguments = ("--role", "OrganizationAccountAccessRole", "--profile", f"log_archive={LOGS}")
    assert run("--assembly", folder, *arguments).exit_code == 0
    assert any(account == LOGS for account, _, _ in world.calls)


def test_members_are_looked_into_on_request(world: World, tmp_path: Path) -> None:
    folder = str(small_assembly(tmp_path / "out"))
    run("--assembly", folder)
    assert not any(account == "555555555555" for account, _, _ in world.calls)
    assert run("--assembly", folder, "--members").exit_code == 0
    assert any(account == "555555555555" for account, _, _ in world.calls)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--config", "missing.yaml"], "no such file"),
        (["--assembly", "docs"], "no cloud assembly"),
        (["--profile", "missing"], "no profile missing"),
        (["--profile", "security=missing"], "no profile missing"),
        (["--profile", f"{NETWORK}"], f"belongs to account {NETWORK}, management"),
        (["--profile", f"security={NETWORK}"], f"belongs to account {NETWORK}, security"),
        (["--profile", "nobody=x"], "--profile names nobody"),
        (["--profile", "security="], "neither PROFILE nor ACCOUNT=PROFILE"),
        (["--profile", "a=x", "--profile", "a=y"], "names a twice"),
    ],
)
def test_wrong_input_is_one_line_and_exit_2(arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("code", ["ExpiredTokenException", "InvalidClientTokenId"])
def test_credentials_that_are_not_accepted_are_one_line(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    world.set("sts:GetCallerIdentity", code)
    monkeypatch.setattr(
        "baseline.preflight.reach.boto3.Session", lambda **_: Session(world, MANAGEMENT)
    )
    done = run()
    assert done.exit_code == 2
    assert f"does not accept the credentials ({code}: no)" in done.stderr


def test_credentials_that_expire_meanwhile_are_one_line(world: World) -> None:
    world.set("cloudtrail:DescribeTrails", "ExpiredTokenException")
    done = run()
    assert done.exit_code == 2
    assert "have expired; sign in again" in done.stderr


def test_no_credentials_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    session = boto3.Session(region_name="eu-west-1")
    refuse(session, "sts.GetCallerIdentity", NoCredentialsError())
    monkeypatch.setattr("baseline.preflight.reach.boto3.Session", lambda **_: session)
    done = run()
    assert done.exit_code == 2
    assert "aws sso login" in done.stderr


def test_throttling_is_unknown(world: World, tmp_path: Path) -> None:
    world.set("cloudtrail:DescribeTrails", "ThrottlingException")
    done = run("--json", "--assembly", str(small_assembly(tmp_path / "out")))
    assert done.exit_code == 1
    (row,) = (row for row in json.loads(done.stdout)["findings"] if row["in_the_way"])
    assert (row["check"], "try again later" in row["message"]) == ("unknown.throttled", True)


def test_the_policy_allows_reading_and_entering_only_where_roles_are_named() -> None:
    (statement,) = json.loads(run("--print-policy").stdout)["Statement"]
    assert statement["Action"] == sorted(set(ACTIONS.values()))
    _, entering = json.loads(run("--print-policy", "--role", "Audit").stdout)["Statement"]
    assert entering["Action"] == "sts:AssumeRole"
    assert entering["Resource"] == ["arn:aws:iam::*:role/Audit"]


def test_nothing_is_called_but_what_the_policy_allows(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made: set[tuple[str, str]] = set()
    for world in (World(), brown_field()):
        enter(world, monkeypatch)
        run("--members", "--assembly", str(small_assembly(tmp_path / f"out{len(made)}")))
        made |= {(call.partition(":")[0], call.partition(":")[2]) for _, _, call in world.calls}
    entering = {("sts", "AssumeRole")}  # into the other accounts, cut down to reading
    assert made - entering <= set(ACTIONS)
    assert len(made) > 40


def test_clients_are_made_in_two_places_only() -> None:
    # The reader, which knows the table, and the way into other accounts.
    for folder in ("baseline/preflight", "baseline/live"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            has = ".client(" in path.read_text(encoding="utf-8")
            assert has is (path.name in {"reader.py", "reach.py"}), path


def test_an_account_alone_is_looked_at_without_an_organization(
    world: World, tmp_path: Path
) -> None:
    world.set("organizations:DescribeOrganization", "AWSOrganizationsNotInUseException")
    config = str(ROOT / "examples/configurations/standalone.yaml")
    folder = str(small_assembly(tmp_path / "out"))
    done = run("--config", config, "--assembly", folder, "--profile", ALONE, "--json")
    document = json.loads(done.stdout)
    assert (document["profile"], document["accounts"]) == ("standalone", [ALONE])
    assert [row["check"] for row in document["findings"] if row["in_the_way"]] == []
    assert {row["place"].split()[0] for row in document["findings"] if row["place"]} == {"account"}


def test_a_detector_and_a_hub_of_an_account_alone_are_imported(
    world: World, tmp_path: Path
) -> None:
    world.set("organizations:DescribeOrganization", "AWSOrganizationsNotInUseException")
    world.set("guardduty:ListDetectors", {"DetectorIds": ["0a1b"]}, region="eu-west-1")
    world.set("guardduty:GetAdministratorAccount", {"Administrator": {}})
    hub = {"HubArn": f"arn:aws:securityhub:eu-west-1:{ALONE}:hub/default"}
    world.set("securityhub:DescribeHub", hub, region="eu-west-1")
    config = str(ROOT / "examples/configurations/standalone.yaml")
    folder = str(small_assembly(tmp_path / "out"))
    done = run("--config", config, "--assembly", folder, "--profile", ALONE, "--json")
    assert done.exit_code == 1
    rows = [row for row in json.loads(done.stdout)["findings"] if row["in_the_way"]]
    assert {row["check"]: row["verdict"] for row in rows} == {
        "guardduty.detector": "import",
        "security-hub.hub": "import",
    }


def test_the_account_of_a_file_for_one_is_checked(world: World) -> None:
    del world
    config = str(ROOT / "examples/configurations/standalone.yaml")
    done = run("--config", config)
    assert done.exit_code == 2
    assert f"belongs to account {MANAGEMENT}, account of baseline.yaml is {ALONE}" in done.stderr


def test_without_boto3_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.delitem(sys.modules, "baseline.preflight.reach")
    done = run()
    assert done.exit_code == 2
    assert done.stderr == "boto3 is not installed; install the extra `local`\n"


def test_the_lines_for_an_account_alone_are_those_of_its_profile(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world = brown_field()
    world.set("ssm:DescribeDocument", {"Document": {"Owner": ALONE}})
    enter(world, monkeypatch)
    config = ROOT / "examples/configurations/standalone.yaml"
    folder = str(small_assembly(tmp_path / "out"))
    done = run("--config", str(config), "--assembly", folder, "--profile", ALONE, "--json")
    rows = [row for row in json.loads(done.stdout)["findings"] if row["configuration"]]
    assert {row["check"] for row in rows} >= {
        "quotas.concurrency",
        "roles.emergency",
        "settings.sessions",
    }
    document = YAML(typ="safe").load(config)
    for row in rows:
        whole = {**document}
        for section, value in row["configuration"].items():
            before = whole.get(section)
            whole[section] = {**before, **value} if isinstance(before, dict) else value
        Standalone.model_validate(whole)
    assert any(row["check"] == "organization.member" for row in json.loads(done.stdout)["findings"])
