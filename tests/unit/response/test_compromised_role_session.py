"""Compromised role session: old sessions may do nothing, new ones work, some roles are left alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from baseline.response.playbooks.compromised_access_key import STOLEN
from baseline.response.playbooks.compromised_role_session import EXFILTRATED, PLAYBOOK, UNUSUAL
from tests.fast import sampled
from tests.unit.detection.matching import matches
from tests.unit.response import machine
from tests.unit.response.incident_aws import Missing, aws, by_hand, event, repeat, said, settled
from tests.unit.response.machine import ALWAYS, Faults, member, run

__all__ = ["aws"]

POLICY = "secbase-sessions-revoked"
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
NAME = "shop-web"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "ec2.amazonaws.com"},
        }
    ],
}
CHANGES = {"revoke_role_sessions": "iam.PutRolePolicy", "deny_role": "iam.AttachRolePolicy"}


def make(name: str = NAME, path: str = "/") -> str:
    """Make a role; give its ID."""
    made = member("iam").create_role(
        RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(TRUST)
    )
    return str(made["Role"]["RoleId"])


@pytest.fixture
def role(aws: Missing) -> str:
    """Give the ID of the role."""
    assert aws.started == {}
    return make()


def finding(role_id: str, kind: str = EXFILTRATED[1], name: str = NAME) -> dict[str, Any]:
    shape = "guardduty-attack-sequence" if kind.startswith("AttackS") else "guardduty-assumed-role"
    text = json.dumps(event(shape)).replace("AROAIOSFODNN7EXAMPLE", role_id)
    found: dict[str, Any] = json.loads(text.replace(NAME, name))
    found["detail"]["type"] = kind
    return found


def state(name: str = NAME) -> dict[str, Any]:
    """Give what the account says of the role."""
    iam = member("iam")
    found = iam.get_role(RoleName=name)["Role"]
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return {
        "trust": found["AssumeRolePolicyDocument"],
        "inline": {
            each: iam.get_role_policy(RoleName=name, PolicyName=each)["PolicyDocument"]
            for each in iam.list_role_policies(RoleName=name)["PolicyNames"]
        },
        "attached": [each["PolicyArn"] for each in attached],
    }


@pytest.mark.parametrize("kind", sampled([*EXFILTRATED, *STOLEN, *UNUSUAL]))
def test_every_finding_that_names_a_role_revokes_its_sessions(role: str, kind: str) -> None:
    found = finding(role, kind)
    assert any(matches(trigger.pattern, found) for trigger in PLAYBOOK.triggers)
    done = run(PLAYBOOK, found, approve=False)
    assert (done.status, done.summary["outcome"]) == ("SUCCEEDED", "contained")
    after = state()
    [statement] = after["inline"][POLICY]["Statement"]
    assert statement["Effect"] == "Deny"
    assert (statement["Action"], statement["Resource"]) == ("*", "*")
    assert list(statement["Condition"]) == ["DateLessThan"]
    assert list(statement["Condition"]["DateLessThan"]) == ["aws:TokenIssueTime"]
    assert after["trust"] == TRUST
    assert after["attached"] == []


def test_a_finding_about_a_user_is_for_another_playbook(role: str) -> None:
    assert run(PLAYBOOK, event("guardduty-iam-user")).state["proceed"] is False
    assert role
    assert state()["inline"] == {}


def test_a_second_run_changes_nothing_though_sessions_were_opened_since(role: str) -> None:
    run(PLAYBOOK, finding(role), approve=False)
    before = state()
    done = repeat(PLAYBOOK, finding(role), 2, approve=False)
    assert done.statuses["revoke_role_sessions"] == "unchanged"
    assert state() == before


def test_a_session_that_was_used_after_the_revocation_is_revoked_too(role: str) -> None:
    run(PLAYBOOK, finding(role), approve=False)
    before = state()
    found = finding(role)
    found["detail"]["service"]["eventLastSeen"] = "2999-01-01T00:00:00.000Z"
    done = repeat(PLAYBOOK, found, 2, approve=False)
    assert done.statuses["revoke_role_sessions"] == "changed"
    after = state()
    assert after != before
    assert len(after["inline"]) == 1
    # And this one is covered now.
    assert repeat(PLAYBOOK, found, 3, approve=False).statuses["revoke_role_sessions"] == "unchanged"
    assert state() == after


def test_a_policy_of_that_name_that_denies_less_is_replaced(role: str) -> None:
    run(PLAYBOOK, finding(role), approve=False)
    document = state()["inline"][POLICY]
    document["Statement"][0]["Action"] = "s3:*"
    member("iam").put_role_policy(
        RoleName=NAME, PolicyName=POLICY, PolicyDocument=json.dumps(document)
    )
    repeat(PLAYBOOK, finding(role), 2, approve=False)
    assert state()["inline"][POLICY]["Statement"][0]["Action"] == "*"


def test_approved_everything_is_denied_to_the_role(role: str) -> None:
    assert run(PLAYBOOK, finding(role)).statuses["deny_role"] == "changed"
    assert state()["attached"] == [DENY_ALL]
    assert settled(repeat(PLAYBOOK, finding(role), 2))


def test_a_dry_run_changes_nothing(role: str) -> None:
    before = state()
    done = run(PLAYBOOK, finding(role), mode="dry_run")
    assert {done.statuses[step] for step in CHANGES} == {"planned"}
    assert state() == before
    assert machine.evidence() == {}


@pytest.mark.parametrize("step", CHANGES)
def test_a_step_that_fails_leaves_the_other_contained(role: str, step: str) -> None:
    with Faults({CHANGES[step]: ALWAYS}).injected():
        done = run(PLAYBOOK, finding(role))
    assert done.status == "FAILED"
    assert done.status_of(step) == "failed"
    assert {done.status_of(other) for other in CHANGES if other != step} == {"changed"}
    assert repeat(PLAYBOOK, finding(role), 2).status == "SUCCEEDED"
    after = state()
    assert POLICY in after["inline"]
    assert after["attached"] == [DENY_ALL]
    assert settled(repeat(PLAYBOOK, finding(role), 3))


@pytest.mark.parametrize("operation", ["iam.ListInstanceProfilesForRole", "s3.PutObject"])
def test_evidence_that_fails_does_not_hold_up_the_containment(role: str, operation: str) -> None:
    with Faults({operation: ALWAYS}).injected():
        done = run(PLAYBOOK, finding(role), approve=False)
    assert done.statuses["revoke_role_sessions"] == "changed"
    assert "injected into" in said(done)


@pytest.mark.parametrize(
    ("name", "path", "why"),
    [
        ("AWSReservedSSO_Admin_0123456789abcdef", "/aws-reserved/sso.amazonaws.com/", "Identity"),
        ("AWSServiceRoleForConfig", "/aws-service-role/config.amazonaws.com/", "service-linked"),
        ("OrgBreakGlass", "/", "emergency role"),
        ("secbase-settings", "/", "the baseline"),
        ("cdk-secbase-cfn-exec-role-1-eu-west-1", "/", "the baseline"),
        ("stacksets-exec-0123", "/", "the baseline"),
        ("AWSControlTowerExecution", "/", "the baseline"),
    ],
)
def test_roles_that_nobody_changes_are_told_with_what_a_person_does(
    aws: Missing, name: str, path: str, why: str
) -> None:
    assert aws.started == {}
    role_id = make(name, path)
    before = state(name)
    done = run(PLAYBOOK, finding(role_id, name=name))
    assert state(name) == before
    assert {done.statuses[step] for step in CHANGES} == {"skipped"}
    assert why in "\n".join(done.summary["problems"])
    assert why in machine.messages()[-1]["Message"]


def test_a_role_that_was_made_anew_is_left_alone(role: str) -> None:
    assert role != "AROAIOSFODNN7EXAMPLE"
    done = run(PLAYBOOK, finding("AROAIOSFODNN7EXAMPLE"))
    assert settled(done)
    assert state()["inline"] == {}
    assert "was made anew" in said(done)


def test_a_role_that_is_gone_is_told(aws: Missing) -> None:
    assert aws.started == {}
    done = run(PLAYBOOK, finding("AROAIOSFODNN7EXAMPLE"))
    assert settled(done)
    assert "role shop-web is gone" in said(done)


def test_a_role_of_instances_leads_to_the_playbook_of_the_instance(role: str) -> None:
    iam = member("iam")
    iam.create_instance_profile(InstanceProfileName="shop")
    iam.add_role_to_instance_profile(InstanceProfileName="shop", RoleName=NAME)
    told = said(run(PLAYBOOK, finding(role), approve=False))
    assert "start compromised-instance for i-0123456789abcdef0" in told


def test_what_the_session_did_is_reported(aws: Missing, role: str) -> None:
    aws.history["ASIAIOSFODNN7EXAMPLE"] = [
        {
            "eventName": "RunInstances",
            "awsRegion": "eu-central-1",
            "eventTime": "2026-11-22T09:00:00Z",
            "readOnly": False,
            "names": ["i-0aaaaaaaaaaaaaaaa"],
        }
    ]
    told = said(run(PLAYBOOK, finding(role), approve=False))
    assert "RunInstances i-0aaaaaaaaaaaaaaaa in eu-central-1" in told


def test_a_person_starts_it_for_a_role(role: str) -> None:
    assert role
    done = by_hand(PLAYBOOK, id=NAME)
    assert done.summary["outcome"] == "contained"
    assert POLICY in state()["inline"]
