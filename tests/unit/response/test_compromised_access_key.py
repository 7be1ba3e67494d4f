"""Compromised access key: the key is inactive, its sessions are revoked, and nothing undoes that."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.iam.models import iam_backends

from baseline.response.playbooks.compromised_access_key import PLAYBOOK, STOLEN
from tests.fast import sampled
from tests.unit.detection.matching import matches
from tests.unit.response import machine
from tests.unit.response.incident_aws import Missing, aws, by_hand, event, repeat, said, settled
from tests.unit.response.machine import ALWAYS, MEMBER, Faults, member, run

__all__ = ["aws"]

POLICY = "secbase-sessions-revoked"
QUARANTINE = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
CONTAIN = ("deactivate_key", "revoke_user_sessions", "quarantine_user")
CHANGES = {
    "deactivate_key": "iam.UpdateAccessKey",
    "revoke_user_sessions": "iam.PutUserPolicy",
    "quarantine_user": "iam.AttachUserPolicy",
    "delete_key": "iam.DeleteAccessKey",
    "delete_login_profile": "iam.DeleteLoginProfile",
}
READS = {
    "describe_user": "iam.ListMFADevices",
    "trace_key": "s3.PutObject",
}


@pytest.fixture
def key(aws: Missing) -> str:
    """Give the access key of alice, who has a console password, too."""
    assert aws.started == {}
    iam = member("iam")
    iam.create_user(UserName="alice")
    iam.create_login_profile(UserName="alice", Password="Secret-123456")
    return new_key()


def new_key(days: int = 30) -> str:
    """Make an access key that is as old as this."""
    made = member("iam").create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"]
    for each in iam_backends[MEMBER]["aws"].users["alice"].access_keys:
        if each.access_key_id == made:
            each.create_date = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=days)
    return str(made)


def finding(key: str, kind: str = "UnauthorizedAccess:IAMUser/MaliciousIPCaller") -> dict[str, Any]:
    shape = "guardduty-attack-sequence" if kind.startswith("AttackS") else "guardduty-iam-user"
    text = json.dumps(event(shape)).replace("AKIAIOSFODNN7EXAMPLE", key)
    found: dict[str, Any] = json.loads(text)
    found["detail"]["type"] = kind
    return found


def state() -> dict[str, Any]:
    """Give what the account says of alice."""
    iam = member("iam")
    inline = iam.list_user_policies(UserName="alice")["PolicyNames"]
    attached = iam.list_attached_user_policies(UserName="alice")["AttachedPolicies"]
    try:
        password = bool(iam.get_login_profile(UserName="alice"))
    except iam.exceptions.NoSuchEntityException:
        password = False
    return {
        "keys": {
            each["AccessKeyId"]: each["Status"]
            for each in iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]
        },
        "inline": {
            name: iam.get_user_policy(UserName="alice", PolicyName=name)["PolicyDocument"]
            for name in inline
        },
        "attached": [each["PolicyArn"] for each in attached],
        "password": password,
    }


@pytest.mark.parametrize("kind", sampled(STOLEN))
def test_every_finding_that_names_a_user_is_contained(key: str, kind: str) -> None:
    found = finding(key, kind)
    assert any(matches(trigger.pattern, found) for trigger in PLAYBOOK.triggers)
    done = run(PLAYBOOK, found, approve=False)
    assert done.status == "SUCCEEDED"
    assert done.summary["outcome"] == "contained"
    assert done.summary["seconds_to_contain"] > 0
    after = state()
    assert after["keys"] == {key: "Inactive"}
    assert after["attached"] == [QUARANTINE]
    [statement] = after["inline"][POLICY]["Statement"]
    assert statement["Effect"] == "Deny"
    assert (statement["Action"], statement["Resource"]) == ("*", "*")
    assert list(statement["Condition"]) == ["DateLessThan"]
    assert list(statement["Condition"]["DateLessThan"]) == ["aws:TokenIssueTime"]
    # Nobody approved the deletion.
    assert after["password"]
    assert {"delete_key", "delete_login_profile"}.isdisjoint(done.statuses)


def test_a_published_key_is_contained_though_the_event_names_no_user(key: str) -> None:
    text = json.dumps(event("health-exposed-key")).replace("AKIAIOSFODNN7EXAMPLE", key)
    found = json.loads(text)
    assert any(matches(trigger.pattern, found) for trigger in PLAYBOOK.triggers)
    done = run(PLAYBOOK, found, approve=False)
    assert done.summary["outcome"] == "contained"
    assert state()["keys"] == {key: "Inactive"}


def test_an_event_of_another_account_goes_to_the_affected_one(key: str) -> None:
    """The administrator of AWS Health hears of all accounts."""
    found = json.loads(json.dumps(event("health-exposed-key")).replace("AKIAIOSFODNN7EXAMPLE", key))
    found["account"] = "333333333333"
    done = run(PLAYBOOK, found, approve=False)
    assert done.state["incident"]["account"] == MEMBER
    assert state()["keys"] == {key: "Inactive"}


@pytest.mark.parametrize(
    ("shape", "change"),
    [
        ("guardduty-assumed-role", {}),
        ("guardduty-root", {}),
        ("health-exposed-key", {"eventTypeCode": "AWS_EC2_INSTANCE_RETIREMENT"}),
        ("health-exposed-key", {"statusCode": "closed"}),
        ("health-exposed-key", {"affectedEntities": [{"entityValue": "UNKNOWN"}]}),
        ("root-sign-in", {}),
    ],
)
def test_what_is_about_no_key_of_a_user_opens_no_incident(
    key: str, shape: str, change: dict[str, Any]
) -> None:
    found = event(shape)
    found["detail"] |= change
    assert run(PLAYBOOK, found).state["proceed"] is False
    assert state()["keys"] == {key: "Active"}


def test_approved_the_key_and_the_password_are_deleted(key: str) -> None:
    done = run(PLAYBOOK, finding(key))
    assert done.statuses["delete_key"] == done.statuses["delete_login_profile"] == "changed"
    assert state()["keys"] == {}
    assert not state()["password"]
    assert settled(repeat(PLAYBOOK, finding(key), 2))


def test_a_second_run_changes_nothing(key: str) -> None:
    run(PLAYBOOK, finding(key), approve=False)
    before = state()
    machine.messages()
    done = repeat(PLAYBOOK, finding(key), 2, approve=False)
    assert state() == before
    assert {done.statuses[step] for step in CONTAIN} == {"unchanged"}


def test_a_dry_run_changes_nothing_and_says_what_it_would(key: str) -> None:
    before = state()
    done = run(PLAYBOOK, finding(key), mode="dry_run")
    assert state() == before
    assert {done.statuses[step] for step in CHANGES} == {"planned"}
    assert f"deactivate access key {key} of alice" in said(done)
    assert machine.evidence() == {}


def test_a_sample_finding_wakes_nobody(key: str) -> None:
    found = finding("GeneratedFindingAccessKeyId")
    found["detail"]["resource"]["accessKeyDetails"]["userName"] = "GeneratedFindingUserName"
    found["detail"]["service"]["additionalInfo"]["sample"] = True
    done = run(PLAYBOOK, found)
    assert done.status == "SUCCEEDED"
    assert machine.messages() == []
    assert state()["keys"] == {key: "Active"}


def test_asked_first_nothing_happens_without_an_answer(key: str) -> None:
    run(PLAYBOOK, finding(key), mode="ask", approve=False)
    assert state()["keys"] == {key: "Active"}
    asked = [each["Subject"] for each in machine.messages()]
    assert any(each.startswith("Answer needed: Deactivate the access key") for each in asked)


@pytest.mark.parametrize("step", sampled(CHANGES))
def test_a_step_that_fails_leaves_the_others_contained(key: str, step: str) -> None:
    with Faults({CHANGES[step]: ALWAYS}).injected() as faults:
        done = run(PLAYBOOK, finding(key))
    assert faults.failed
    assert done.status == "FAILED"
    assert done.status_of(step) == "failed"
    assert {done.status_of(other) for other in CHANGES if other != step} == {"changed"}
    assert "injected into" in said(done)
    # The next run completes what was left, and the one after it has nothing to do.
    assert repeat(PLAYBOOK, finding(key), 2).status == "SUCCEEDED"
    after = state()
    assert after["keys"] == {}
    assert after["attached"] == [QUARANTINE]
    assert POLICY in after["inline"]
    assert not after["password"]
    assert settled(repeat(PLAYBOOK, finding(key), 3))


@pytest.mark.parametrize("operation", sampled(READS.values()))
def test_evidence_that_fails_does_not_hold_up_the_containment(key: str, operation: str) -> None:
    with Faults({operation: ALWAYS}).injected():
        done = run(PLAYBOOK, finding(key), approve=False)
    assert {done.statuses[step] for step in CONTAIN} == {"changed"}
    assert state()["keys"] == {key: "Inactive"}
    assert "injected into" in said(done)


def test_throttling_is_waited_out(key: str) -> None:
    with Faults({"iam.UpdateAccessKey": 3}, code="Throttling").injected():
        done = run(PLAYBOOK, finding(key), approve=False)
    assert done.status == "SUCCEEDED"
    assert state()["keys"] == {key: "Inactive"}


def test_a_key_that_was_deactivated_late_has_its_later_sessions_revoked(key: str) -> None:
    with Faults({"iam.UpdateAccessKey": ALWAYS}).injected():
        run(PLAYBOOK, finding(key), approve=False)
    iam = member("iam")
    early = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    document = state()["inline"][POLICY]
    document["Statement"][0]["Condition"]["DateLessThan"]["aws:TokenIssueTime"] = early
    iam.put_user_policy(UserName="alice", PolicyName=POLICY, PolicyDocument=json.dumps(document))
    done = repeat(PLAYBOOK, finding(key), 2, approve=False)
    assert done.statuses["revoke_user_sessions"] == "changed"
    assert done.statuses["quarantine_user"] == "unchanged"
    assert any(name.endswith("policy-before.json") for name in machine.evidence())


def test_another_key_of_the_user_stays_unless_it_is_younger_than_the_incident(key: str) -> None:
    old = new_key()
    run(PLAYBOOK, finding(key), approve=False)
    assert state()["keys"] == {key: "Inactive", old: "Active"}
    member("iam").delete_access_key(UserName="alice", AccessKeyId=old)
    young = new_key(days=-1)
    done = repeat(PLAYBOOK, finding(key), 2, approve=False)
    assert state()["keys"] == {key: "Inactive", young: "Inactive"}
    assert done.statuses["deactivate_key"] == "changed"


def test_a_session_of_the_user_leads_to_the_key_that_opened_it(aws: Missing, key: str) -> None:
    other = new_key()
    aws.history["alice"] = [
        {
            "eventName": "GetSessionToken",
            "userIdentity": {"accessKeyId": key},
            "responseElements": {"credentials": {"accessKeyId": "ASIAIOSFODNN7SESSION"}},
        }
    ]
    done = run(PLAYBOOK, finding("ASIAIOSFODNN7SESSION"), approve=False)
    assert state()["keys"] == {key: "Inactive", other: "Active"}
    assert done.statuses["revoke_user_sessions"] == "changed"


def test_a_session_that_nobody_knows_is_revoked_and_its_keys_are_told(key: str) -> None:
    done = run(PLAYBOOK, finding("ASIAIOSFODNN7SESSION"), approve=False)
    assert state()["keys"] == {key: "Active"}
    assert POLICY in state()["inline"]
    assert "is not in the event history" in said(done)


def test_what_the_key_made_is_reported_and_kept(aws: Missing, key: str) -> None:
    call = {"awsRegion": "us-east-1", "eventTime": "2026-11-22T09:00:00Z", "readOnly": False}
    aws.history[key] = [
        {**call, "eventName": "CreateUser", "names": ["backdoor"]},
        {**call, "eventName": "ListUsers", "readOnly": True},
        {**call, "eventName": "CreateRole", "errorCode": "AccessDenied"},
        {
            **call,
            "eventName": "AssumeRole",
            "requestParameters": {"roleArn": f"arn:aws:iam::{MEMBER}:role/shop"},
        },
    ]
    told = said(run(PLAYBOOK, finding(key), approve=False))
    assert "CreateUser backdoor in us-east-1" in told
    assert "CreateRole" not in told
    assert f"it opened sessions of arn:aws:iam::{MEMBER}:role/shop" in told
    [kept] = [body for name, body in machine.evidence().items() if name.endswith("calls.json")]
    # Two Regions: the incident's, and North Virginia.
    assert len(json.loads(kept)) == 8


def test_evidence_has_no_secret_and_tells_the_state_before(key: str) -> None:
    run(PLAYBOOK, finding(key), approve=False)
    [kept] = [body for name, body in machine.evidence().items() if name.endswith("user.json")]
    found = json.loads(kept)
    assert found["access_keys"][0]["Status"] == "Active"
    assert "SecretAccessKey" not in kept.decode()


def test_a_break_glass_user_is_told_and_not_locked_out(key: str) -> None:
    iam = member("iam")
    iam.create_group(GroupName="secbase-break-glass")
    iam.add_user_to_group(GroupName="secbase-break-glass", UserName="alice")
    before = state()
    done = run(PLAYBOOK, finding(key))
    assert state() == before
    assert {done.statuses[step] for step in CHANGES} == {"skipped"}
    assert "it is a break-glass user" in "\n".join(done.summary["problems"])
    assert "break-glass user" in machine.messages()[-1]["Message"]


def test_a_key_of_nobody_is_told(aws: Missing) -> None:
    assert aws.history == {}
    done = run(PLAYBOOK, finding("AKIAIOSFODNN7GONE000"))
    assert settled(done)
    assert "no user of this account has access key AKIAIOSFODNN7GONE000" in said(done)


def test_a_person_starts_it_for_a_key(key: str) -> None:
    other = new_key(days=0)
    done = by_hand(PLAYBOOK, id=key, user="alice")
    assert done.summary["outcome"] == "contained"
    assert state()["keys"] == {key: "Inactive", other: "Active"}
