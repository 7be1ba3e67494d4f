"""The access key handler against several accounts in moto: whole rotations, faults, half-done state."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.loaders
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto import mock_aws
from moto.iam.models import iam_backends

from tests.unit.identity.access_keys import (
    CONTEXT,
    HOME,
    PREFIX,
    TOPIC,
    Member,
    calls,
    index,
    refuse,
    run,
    settings,
)

LOADER = botocore.loaders.create_loader()
TEAM, OTHER = "555555555555", "666666666666"
CHANGES = {
    "CreateAccessKey",
    "CreateSecret",
    "DeleteAccessKey",
    "DeleteLoginProfile",
    "PutResourcePolicy",
    "PutSecretValue",
    "RestoreSecret",
    "TagResource",
    "UntagResource",
    "UpdateAccessKey",
}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Each session reads the service models from disk again, which is most of a test's time.
    monkeypatch.setattr(botocore.loaders, "create_loader", lambda _: LOADER)
    for key, value in settings().items():
        monkeypatch.setenv(key, value)
    with mock_aws():
        boto3.client("sns", region_name=HOME).create_topic(Name=TOPIC.rpartition(":")[2])
        yield


@pytest.fixture
def team() -> Member:
    return Member(TEAM)


def findings(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["finding"], row["state"]) for row in result["rows"]]


def only_other(keys: dict[str, str], known: str) -> str:
    (found,) = keys.keys() - {known}
    return found


@pytest.mark.parametrize("control", ["IAM.3"])
def test_a_rotation_from_the_warning_to_the_deletion(team: Member, control: str) -> None:
    user = team.user("ci")
    old = team.key("ci", age=62)
    assert findings(run(TEAM)) == [("rotation-due-soon", "warning")], control
    assert team.keys("ci") == {old: "Active"}

    team.turn_back(old, age=76)
    assert findings(run(TEAM)) == [("rotation-due", "changed")]
    new = only_other(team.keys("ci"), old)
    assert team.keys("ci") == {old: "Active", new: "Active"}
    stored = team.stored(user)
    assert (stored["AccessKeyId"], stored["Replaces"], stored["UserName"]) == (new, old, "ci")
    assert len(stored["SecretAccessKey"]) == 40

    assert findings(run(TEAM)) == [("successor-waits", "waiting")]

    team.turn_back(old, age=90)
    team.turn_back(new, age=14)
    assert findings(run(TEAM)) == [("grace-period-over", "changed")]
    assert team.keys("ci") == {old: "Inactive", new: "Active"}
    assert findings(run(TEAM)) == []

    team.turn_tag_back(user, "DeactivatedAt", days=30)
    assert findings(run(TEAM)) == [("deletion-due", "changed")]
    assert team.keys("ci") == {new: "Active"}
    assert findings(run(TEAM)) == []

    team.turn_back(new, age=76)
    assert findings(run(TEAM)) == [("rotation-due", "changed")]
    third = only_other(team.keys("ci"), new)
    assert team.stored(user)["AccessKeyId"] == third
    assert team.tags(user) == {"Replaces": new}


def test_the_second_run_writes_nothing(team: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    team.user("ci")
    team.key("ci", age=80)
    team.user("idle")
    team.key("idle", age=200, used=60)
    assert run(TEAM)["state"] == "changed"
    with calls(monkeypatch) as made:
        assert run(TEAM)["state"] == "ok"
    assert not CHANGES & set(made)


@pytest.mark.parametrize("how", ["dry run of this execution", "mode report"])
def test_a_dry_run_says_what_it_would_do_and_writes_nothing(
    team: Member, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "mode report":
        monkeypatch.setenv("MODE", "report")
    team.user("ci")
    old = team.key("ci", age=80)
    team.user("idle")
    idle = team.key("idle", age=200, used=60)
    with calls(monkeypatch) as made:
        result = run(TEAM, dry_run=how != "mode report")
    assert result["state"] == "would_change"
    assert findings(result) == [("rotation-due", "would_change"), ("unused-key", "would_change")]
    assert not (CHANGES | {"Publish"}) & set(made)
    assert (team.keys("ci"), team.keys("idle")) == ({old: "Active"}, {idle: "Active"})


@pytest.mark.parametrize("control", ["IAM.22", "IAM.8"])
def test_a_key_that_nobody_uses_is_deactivated_and_gets_no_successor(
    team: Member, control: str
) -> None:
    team.user("idle")
    used_once = team.key("idle", age=200, used=45)
    team.user("new")
    never = team.key("new", age=45, used=None)
    team.user("busy")
    busy = team.key("busy", age=50, used=44)
    assert findings(run(TEAM)) == [("unused-key", "changed"), ("unused-key", "changed")], control
    assert team.keys("idle") == {used_once: "Inactive"}
    assert team.keys("new") == {never: "Inactive"}
    assert team.keys("busy") == {busy: "Active"}


@pytest.mark.parametrize("control", ["IAM.22", "IAM.8"])
def test_an_unused_password_is_removed_only_where_that_is_configured(
    team: Member, monkeypatch: pytest.MonkeyPatch, control: str
) -> None:
    team.user("anna")
    team.password("anna", age=50)
    assert findings(run(TEAM)) == [("unused-password", "finding")], control
    assert team.iam.get_login_profile(UserName="anna")
    for key, value in settings(remove_passwords=True).items():
        monkeypatch.setenv(key, value)
    assert findings(run(TEAM)) == [("unused-password", "changed")]
    with pytest.raises(ClientError, match="NoSuchEntity"):
        team.iam.get_login_profile(UserName="anna")


def test_two_active_keys_are_never_rotated(team: Member) -> None:
    team.user("ci")
    keys = {team.key("ci", age=100), team.key("ci", age=95)}
    assert findings(run(TEAM)) == [("two-active-keys", "finding")]
    assert team.keys("ci") == dict.fromkeys(keys, "Active")


def test_an_inactive_second_key_is_no_reason_to_delete_it(team: Member) -> None:
    team.user("ci")
    spare = team.key("ci", age=300, used=200)
    team.iam.update_access_key(UserName="ci", AccessKeyId=spare, Status="Inactive")
    old = team.key("ci", age=100)
    result = run(TEAM)
    assert findings(result) == [("no-room-for-a-successor", "finding")]
    assert spare in result["rows"][0]["detail"]
    assert team.keys("ci") == {spare: "Inactive", old: "Active"}


def test_exempt_users_are_left_alone(team: Member) -> None:
    team.user("legacy", CredentialRotation="exempt")
    team.key("legacy", age=400, used=300)
    team.user("robot")
    team.key("robot", age=400, used=None)
    team.user("other", CredentialRotation="no")
    other = team.key("other", age=400, used=300)
    assert [(row["user"], row["finding"]) for row in run(TEAM)["rows"]] == [
        ("legacy", "exempt"),
        ("other", "unused-key"),
        ("robot", "exempt"),
    ]
    assert team.keys("other") == {other: "Inactive"}
    assert {*team.keys("legacy").values(), *team.keys("robot").values()} == {"Active"}


def test_break_glass_users_are_exempt_in_the_management_account_only(team: Member) -> None:
    team.user("break-glass-1")
    key = team.key("break-glass-1", age=400, used=300)
    assert findings(run(TEAM, management=True)) == [("exempt", "exempt")]
    assert team.keys("break-glass-1") == {key: "Active"}
    assert findings(run(TEAM)) == [("unused-key", "changed")]


def test_only_the_owner_may_read_the_secret_and_only_the_role_may_change_it(team: Member) -> None:
    user = team.user("ci")
    team.key("ci", age=80)
    run(TEAM)
    text = team.secrets.get_resource_policy(SecretId=PREFIX + user)["ResourcePolicy"]
    reads, nobody_reads, nobody_changes = json.loads(text)["Statement"]
    owner = f"arn:aws:iam::{TEAM}:user/ci"
    assert (reads["Effect"], reads["Principal"]) == ("Allow", {"AWS": owner})
    assert nobody_reads["Effect"] == "Deny"
    assert nobody_reads["Action"] == "secretsmanager:GetSecretValue"
    assert nobody_reads["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": owner}}
    assert nobody_changes["Effect"] == "Deny"
    assert {"secretsmanager:PutResourcePolicy", "secretsmanager:PutSecretValue"} < set(
        nobody_changes["Action"]
    )
    assert nobody_changes["Condition"] == {
        "ArnNotEquals": {
            "aws:PrincipalArn": [
                f"arn:aws:iam::{TEAM}:role/secbase-credentials",
                f"arn:aws:iam::{TEAM}:role/OrgBreakGlass",
            ]
        }
    }


def test_no_secret_part_of_a_key_is_ever_reported_or_logged(
    team: Member, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: Any
) -> None:
    caplog.set_level(logging.DEBUG, logger="access_keys_index")
    caplog.set_level(logging.INFO)
    published: list[str] = []

    def listen(operation: str, parameters: dict[str, Any]) -> None:
        if operation in {"Publish", "PutMetricData", "TagResource"}:
            published.append(json.dumps(parameters))

    users = {name: team.user(name) for name in ("ci", "deploy")}
    for name in users:
        team.key(name, age=80)
    with calls(monkeypatch, listen):
        result = run(TEAM)
    secrets = [team.stored(user)["SecretAccessKey"] for user in users.values()]
    seen = capsys.readouterr()
    everything = json.dumps(result) + caplog.text + "".join(published) + seen.out + seen.err
    assert "rotation-due" in everything
    assert len(secrets) == 2
    assert not [secret for secret in secrets if secret in everything]


def test_a_successor_that_cannot_be_stored_is_taken_back_without_telling_its_value(
    team: Member, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    user = team.user("ci")
    old = team.key("ci", age=80)
    sent: list[str] = []

    def fault(operation: str, parameters: dict[str, Any]) -> None:
        if operation == "PutSecretValue":
            sent.append(json.loads(parameters["SecretString"])["SecretAccessKey"])
            # An error whose text repeats what was sent.
            raise ClientError({"Error": {"Code": "Broken", "Message": sent[0]}}, operation)

    with calls(monkeypatch, fault):
        result = run(TEAM)
    assert result["state"] == "failed"
    assert "PutSecretValue failed (Broken); the successor was taken back" in json.dumps(result)
    assert sent[0] not in json.dumps(result) + caplog.text
    assert team.keys("ci") == {old: "Active"}
    assert "WantedAt" not in team.tags(user)
    assert run(TEAM)["state"] == "changed"
    assert team.stored(user)["AccessKeyId"] == only_other(team.keys("ci"), old)


class KilledError(BaseException):
    """Lambda ended the process."""


def kill(name: str, **about: Any) -> Any:
    def fault(operation: str, parameters: dict[str, Any]) -> None:
        if operation == name and about.items() <= parameters.items():
            raise KilledError

    return fault


@pytest.mark.parametrize(
    "before", ["PutResourcePolicy", "CreateAccessKey", "PutSecretValue", "UntagResource"]
)
def test_a_rotation_that_broke_off_anywhere_is_finished_by_the_next_run(
    team: Member, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    user = team.user("ci")
    old = team.key("ci", age=80)
    with calls(monkeypatch, kill(before)), pytest.raises(KilledError):
        run(TEAM)
    for key in team.keys("ci").keys() - {old}:
        assert findings(run(TEAM)) == [
            ("in-progress" if before == "PutSecretValue" else "successor-waits", "waiting")
        ]
        # The run that broke off was 30 minutes ago.
        team.turn_back(key, age=1 / 48, used=None)
        team.turn_tag_back(user, "WantedAt", days=1 / 48)
    run(TEAM)
    new = only_other(team.keys("ci"), old)
    assert team.keys("ci") == {old: "Active", new: "Active"}
    assert team.stored(user)["AccessKeyId"] == new
    assert findings(run(TEAM)) == [("successor-waits", "waiting")]


def test_a_key_that_somebody_uses_is_never_taken_for_a_lost_one(team: Member) -> None:
    user = team.user("ci")
    team.secrets.create_secret(Name=PREFIX + user, Tags=[{"Key": "Replaces", "Value": "AKIAGONE"}])
    team.turn_tag_back(user, "WantedAt", days=1)
    keys = {team.key("ci", age=60), team.key("ci", age=1, used=0)}
    assert findings(run(TEAM)) == [("two-active-keys", "finding")]
    assert team.keys("ci") == dict.fromkeys(keys, "Active")


def test_an_answer_that_never_came_costs_no_key(
    team: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = team.user("ci")
    old = team.key("ci", age=80)

    def lose(operation: str, _parameters: dict[str, Any]) -> None:
        if operation == "CreateAccessKey":
            iam_backends[TEAM]["aws"].create_access_key("ci")
            raise ReadTimeoutError(endpoint_url="https://iam.amazonaws.com")

    with calls(monkeypatch, lose) as made:
        assert run(TEAM)["state"] == "failed"
    assert made.count("CreateAccessKey") == 1
    lost = only_other(team.keys("ci"), old)
    team.turn_back(lost, age=1 / 48, used=None)
    team.turn_tag_back(user, "WantedAt", days=1 / 48)
    assert sorted(findings(run(TEAM))) == [("half-done", "changed"), ("rotation-due", "changed")]
    new = only_other(team.keys("ci"), old)
    assert new != lost
    assert team.stored(user)["AccessKeyId"] == new


def test_a_deactivation_that_was_not_noted_is_noted_and_the_key_kept(
    team: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = team.user("ci")
    old = team.key("ci", age=90)
    run(TEAM)
    new = only_other(team.keys("ci"), old)
    team.turn_back(new, age=14)
    with calls(monkeypatch, kill("TagResource")), pytest.raises(KilledError):
        run(TEAM)
    assert team.keys("ci")[old] == "Inactive"
    assert findings(run(TEAM)) == [("half-done", "changed")]
    assert "DeactivatedAt" in team.tags(user)
    assert old in team.keys("ci")


def test_a_key_without_a_successor_is_never_cut_off(team: Member) -> None:
    """The successor was deleted by its owner: the old key stays on, and gets another one."""
    user = team.user("ci")
    old = team.key("ci", age=90)
    run(TEAM)
    first = only_other(team.keys("ci"), old)
    team.iam.delete_access_key(UserName="ci", AccessKeyId=first)
    assert findings(run(TEAM)) == [("rotation-due", "changed")]
    second = only_other(team.keys("ci"), old)
    assert team.keys("ci")[old] == "Active"
    assert team.stored(user)["AccessKeyId"] == second


def test_a_secret_that_somebody_deleted_is_restored(team: Member) -> None:
    user = team.user("ci")
    old = team.key("ci", age=76)
    run(TEAM)
    team.iam.delete_access_key(UserName="ci", AccessKeyId=only_other(team.keys("ci"), old))
    team.secrets.delete_secret(SecretId=PREFIX + user, RecoveryWindowInDays=7)
    assert findings(run(TEAM)) == [("rotation-due", "changed")]
    assert team.stored(user)["AccessKeyId"] == only_other(team.keys("ci"), old)


def test_a_user_that_may_not_be_read_fails_alone(
    team: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        team.user(name)
        team.key(name, age=80)
    with calls(monkeypatch, refuse("ListAccessKeys", "AccessDenied", UserName="b")):
        result = run(TEAM)
    assert result["state"] == "failed"
    assert [(row["user"], row["state"]) for row in result["rows"]] == [
        ("a", "changed"),
        ("b", "failed"),
        ("c", "changed"),
    ]


def test_a_refused_account_is_an_error_that_names_the_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (
        calls(monkeypatch, refuse("AssumeRole", "AccessDenied")),
        pytest.raises(ClientError, match="AssumeRole"),
    ):
        run(TEAM)


@pytest.mark.parametrize("operation", ["AssumeRole", "ListUsers", "ListAccessKeys", "TagResource"])
def test_throttling_is_told_to_the_state_machine(
    team: Member, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    team.user("ci")
    old = team.key("ci", age=90)
    run(TEAM)
    team.turn_back(only_other(team.keys("ci"), old), age=14)
    with (
        calls(monkeypatch, refuse(operation, "Throttling")),
        pytest.raises(index.ThrottledError, match=operation),
    ):
        run(TEAM)
    assert run(TEAM)["state"] in {"changed", "ok"}


def test_a_user_that_is_deleted_meanwhile_is_no_error(
    team: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.user("gone")
    team.key("gone", age=80)
    with calls(monkeypatch, refuse("ListAccessKeys", "NoSuchEntity")):
        assert run(TEAM) == {
            "account": {"id": TEAM, "name": "team", "management": False},
            "state": "ok",
            "rows": [],
        }


def test_accounts_do_not_touch_each_other(team: Member) -> None:
    other = Member(OTHER)
    team.user("ci")
    mine = team.key("ci", age=80)
    other.user("ci")
    theirs = other.key("ci", age=80)
    run(TEAM)
    assert len(team.keys("ci")) == 2
    assert other.keys("ci") == {theirs: "Active"}
    run(OTHER)
    assert mine in team.keys("ci")
    assert len(other.keys("ci")) == 2


def test_people_hear_of_what_changed_and_of_nothing_else(
    team: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages: list[dict[str, Any]] = []

    def listen(operation: str, parameters: dict[str, Any]) -> None:
        if operation == "Publish":
            messages.append(parameters)

    team.user("ci")
    old = team.key("ci", age=61)
    with calls(monkeypatch, listen):
        run(TEAM)
        assert messages == []
        team.turn_back(old, age=62)
        run(TEAM)
        (warning,) = messages
        assert "ci" in warning["Message"]
        assert "gets a successor in 14 days" in warning["Message"]
        team.turn_back(old, age=63)
        run(TEAM)
        assert len(messages) == 1
        team.turn_back(old, age=76)
        run(TEAM)
    assert messages[1]["TopicArn"] == TOPIC
    assert "made the successor" in messages[1]["Message"]


def test_a_run_that_comes_near_its_end_says_what_it_left_out(
    team: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        team.user(name)
    monkeypatch.setattr(CONTEXT, "get_remaining_time_in_millis", lambda: 59_000)
    result = run(TEAM)
    assert result["state"] == "failed"
    assert result["rows"][0]["detail"] == "2 users were not looked at"
