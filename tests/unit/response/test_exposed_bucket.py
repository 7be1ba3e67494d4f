"""Exposed bucket: the public is out, what is destroyed is kept, and nobody is locked out for good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from baseline.config.exposure import Exposure
from baseline.response.playbooks.exposed_bucket import PLAYBOOK
from tests.fast import sampled
from tests.unit.response import machine
from tests.unit.response.data_account import (
    BUCKET,
    EVERYBODY,
    EXEMPT,
    PARTNER,
    SECOND,
    accounts,
    blocked,
    bucket,
    kept,
    statements,
)
from tests.unit.response.data_events import event, names
from tests.unit.response.machine import ALWAYS, MEMBER, REGION, Faults, Run, Tickets, member, run

FULL = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
DELETES = "Impact:S3/AnomalousBehavior.Delete"
ATTACKED = [each for each in names(PLAYBOOK.id) if each.startswith(("Impact", "AttackSequence"))]
EXPOSED = [each for each in names(PLAYBOOK.id) if each not in ATTACKED]
POLICY = "PutBucketPolicy everybody"
RULE = {"ID": "wipe", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
TIDY = {
    "ID": "tidy",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3},
}


@pytest.fixture
def tickets() -> Iterator[Tickets]:
    with accounts() as found:
        yield found


def attacked() -> Any:
    """Give a client of an account whose bucket is attacked: deletions, and a rule that expires all."""
    s3 = bucket(BUCKET, PARTNER)
    bucket("shop-invoices")
    s3.put_object(Bucket=BUCKET, Key="in/1.txt", Body=b"1")
    s3.put_bucket_lifecycle_configuration(
        Bucket=BUCKET, LifecycleConfiguration={"Rules": [RULE, TIDY]}
    )
    return s3


def by_hand(**target: Any) -> dict[str, Any]:
    asked = {"account": MEMBER, "region": REGION, "reason": "the owner asked"}
    return {"by_hand": {**asked, "target": {"kind": "bucket", "id": BUCKET, **target}}}


@pytest.mark.parametrize("name", sampled(EXPOSED))
def test_a_public_bucket_is_blocked_whoever_says_so(tickets: Tickets, name: str) -> None:
    bucket(BUCKET, EVERYBODY, PARTNER)
    done = run(PLAYBOOK, event(name))
    assert done.status == "SUCCEEDED"
    assert done.status_of("block_public_access") == "changed"
    assert blocked() == FULL
    assert set(statements()) == {"Read", "Partner"}, "the policy is the owner's"
    assert done.summary["outcome"] == "contained"
    [ticket] = tickets.items.values()
    assert BUCKET in ticket["Title"]
    incident = done.state["incident"]
    assert (incident["account"], incident["region"]) == (MEMBER, REGION)


def test_a_bucket_that_an_acl_opens_is_blocked(tickets: Tickets) -> None:
    bucket().put_bucket_acl(Bucket=BUCKET, ACL="public-read")
    done = run(PLAYBOOK, event("PutBucketAcl"))
    assert (done.status, blocked()) == ("SUCCEEDED", FULL)
    assert "open by acl" in machine.messages()[-1]["Message"]
    assert len(tickets.items) == 1


def test_what_the_bucket_was_is_evidence(tickets: Tickets) -> None:
    bucket(BUCKET, EVERYBODY)
    run(PLAYBOOK, event(POLICY))
    found = kept("keep_bucket_state/shop-uploads/settings.json")
    assert "policy" in found
    assert found["public-access-block"] is None
    assert found["replication"] is None
    assert kept("block-before.json") == {}
    assert tickets.items


def test_a_second_look_finds_nothing_to_do(tickets: Tickets) -> None:
    bucket(BUCKET, EVERYBODY)
    run(PLAYBOOK, event(POLICY))
    done = run(PLAYBOOK, event("S3.2"), execution=SECOND)
    assert done.state["proceed"] is False
    assert "no bucket is public" in done.state["reason"]
    assert len(tickets.items) == 1


def test_a_bucket_that_is_not_public_opens_no_incident(tickets: Tickets) -> None:
    bucket(BUCKET, PARTNER)
    for name in ("DeleteBucketPublicAccessBlock", "PutBucketPublicAccessBlock", "PutBucketAcl"):
        done = run(PLAYBOOK, event(name), execution=f"{machine.EXECUTION}-{name}")
        assert done.state["proceed"] is False
    assert (blocked(), tickets.items) == ({}, {})


def test_where_the_account_blocks_everybody_the_bucket_is_not_public(tickets: Tickets) -> None:
    bucket(BUCKET, EVERYBODY)
    member("s3control").put_public_access_block(
        AccountId=MEMBER, PublicAccessBlockConfiguration=FULL
    )
    assert run(PLAYBOOK, event(POLICY)).state["proceed"] is False
    assert tickets.items == {}


def test_a_bucket_that_is_gone_opens_no_incident(tickets: Tickets) -> None:
    assert run(PLAYBOOK, event(POLICY)).state["proceed"] is False
    assert tickets.items == {}


def test_a_bucket_that_baseline_yaml_names_stays_public() -> None:
    with accounts(Exposure(public=(BUCKET,))) as tickets:
        bucket(BUCKET, EVERYBODY)
        assert run(PLAYBOOK, event(POLICY)).state["proceed"] is False
        assert (blocked(), tickets.items) == ({}, {})


@pytest.mark.parametrize(
    ("days", "stays"), [(0, True), (7, True), (8, False), (-1, False), (None, False)]
)
def test_a_tag_keeps_a_bucket_public_for_some_days(
    tickets: Tickets, days: int | None, *, stays: bool
) -> None:
    s3 = bucket(BUCKET, EVERYBODY)
    day = "whenever" if days is None else str(datetime.now(UTC).date() + timedelta(days=days))
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [{"Key": "PublicUntil", "Value": day}]})
    run(PLAYBOOK, event(POLICY))
    assert blocked() == ({} if stays else FULL)
    assert len(tickets.items) == (0 if stays else 1)


def test_tags_count_for_nothing_where_they_are_off() -> None:
    with accounts(Exposure(exemption_days=0)):
        s3 = bucket(BUCKET, EVERYBODY)
        tag = {"Key": "PublicUntil", "Value": str(datetime.now(UTC).date())}
        s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [tag]})
        run(PLAYBOOK, event(POLICY))
        assert blocked() == FULL


def test_a_bucket_that_cannot_be_looked_at_opens_an_incident(tickets: Tickets) -> None:
    bucket(BUCKET, EVERYBODY)
    with Faults({"s3.GetBucketPolicyStatus": 1}, code="AccessDenied").injected():
        done = run(PLAYBOOK, event(POLICY))
    assert done.state["proceed"] is True
    assert (blocked(), len(tickets.items)) == (FULL, 1)


@pytest.mark.parametrize("name", sampled(ATTACKED))
def test_what_is_destroyed_is_kept(tickets: Tickets, name: str) -> None:
    s3 = attacked()
    done = run(PLAYBOOK, event(name), approve=False)
    assert done.status == "SUCCEEDED"
    found = statements()
    assert set(found) == {
        "Partner",
        "SecurityBaselineNoDestruction",
        "SecurityBaselineNoForeignKeys",
    }
    denied = found["SecurityBaselineNoDestruction"]
    assert denied["Effect"] == "Deny"
    assert denied["Condition"]["ArnNotLike"]["aws:PrincipalArn"] == EXEMPT
    assert {"s3:DeleteObjectVersion", "s3:PutLifecycleConfiguration"} <= set(denied["Action"])
    foreign = found["SecurityBaselineNoForeignKeys"]
    assert foreign["Action"] == "s3:PutObject"
    assert foreign["Condition"]["Null"] == {
        "s3:x-amz-server-side-encryption-customer-algorithm": "false"
    }
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert len(tickets.items) == 1


def test_an_attack_on_several_buckets_is_answered_in_each(tickets: Tickets) -> None:
    s3 = attacked()
    run(PLAYBOOK, event("AttackSequence:S3/CompromisedData"), approve=False)
    assert "SecurityBaselineNoDestruction" in statements("shop-invoices")
    assert s3.get_bucket_versioning(Bucket="shop-invoices")["Status"] == "Enabled"
    assert len(tickets.items) == 1


def test_rules_that_expire_are_removed_when_a_person_agrees(tickets: Tickets) -> None:
    s3 = attacked()
    run(PLAYBOOK, event(DELETES), approve=lambda step: step == "remove_expiration_rules")
    rules = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert [rule["ID"] for rule in rules] == ["tidy"]
    assert [rule["ID"] for rule in kept("lifecycle-before.json")] == ["wipe", "tidy"]
    assert "SecurityBaselineQuarantine" not in statements()
    assert tickets.items


def test_quarantine_closes_the_bucket_to_all_but_two_roles(tickets: Tickets) -> None:
    attacked()
    run(PLAYBOOK, event(DELETES), approve=lambda step: step == "quarantine_bucket")
    closed = statements()["SecurityBaselineQuarantine"]
    assert (closed["Effect"], closed["Action"], closed["Principal"]) == ("Deny", "s3:*", "*")
    assert closed["Resource"] == [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    assert closed["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": EXEMPT}}
    before = kept("deny_destruction/shop-uploads/policy-before.json")
    assert [each["Sid"] for each in before["Statement"]] == ["Partner"], "how to restore"
    assert tickets.items


def test_a_public_bucket_is_not_put_in_quarantine_unless_asked_for(tickets: Tickets) -> None:
    bucket(BUCKET, EVERYBODY)
    run(PLAYBOOK, event(POLICY))
    assert set(statements()) == {"Read"}
    run(PLAYBOOK, by_hand(quarantine=True), execution=SECOND)
    assert "SecurityBaselineQuarantine" in statements()
    assert tickets.items


def test_the_baselines_own_buckets_are_left_to_guardrails_and_people(tickets: Tickets) -> None:
    s3 = bucket("secbase-org-logs")
    done = run(PLAYBOOK, by_hand(id="secbase-org-logs", sign="ransomware"))
    assert done.status == "SUCCEEDED"
    assert statements("secbase-org-logs") == {}
    assert "Status" not in s3.get_bucket_versioning(Bucket="secbase-org-logs")
    assert any("guardrails protect it" in each for each in done.summary["lines"])
    assert tickets.items


def test_changes_of_objects_are_listed(tickets: Tickets) -> None:
    s3 = attacked()
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.delete_object(Bucket=BUCKET, Key="in/1.txt")
    done = run(
        PLAYBOOK, event(DELETES, **{"2026-11-22T09:59": f"{datetime.now(UTC):%Y-%m-%dT%H:%M}"})
    )
    listed = kept("changes.json")
    assert {each["key"] for each in listed["objects"]} == {"in/1.txt"}
    assert sorted(each["deleted"] for each in listed["objects"]) == [False, True]
    facts = done.state["results"]["list_object_changes"]["result"]["facts"]
    assert facts[BUCKET] == {"changed": 2, "deleted": 1, "complete": True}
    assert tickets.items


def test_a_second_run_changes_nothing(tickets: Tickets) -> None:
    attacked()
    run(PLAYBOOK, event(DELETES))
    before = statements()
    done = again(DELETES)
    assert set(done.statuses.values()) <= {"unchanged", "skipped"}
    assert statements() == before
    assert done.summary["outcome"] == "nothing to do"
    assert len(tickets.items) == 1


def again(name: str) -> Run:
    later = event(name, **{"T10:00:00": "T12:00:00"})
    return run(PLAYBOOK, later, execution=SECOND)


def test_a_dry_run_changes_nothing(tickets: Tickets) -> None:
    s3 = attacked()
    done = run(PLAYBOOK, event(DELETES), mode="dry_run")
    assert done.status == "SUCCEEDED"
    planned = {step for step, status in done.statuses.items() if status == "planned"}
    assert planned == {
        "deny_destruction",
        "enable_versioning",
        "remove_expiration_rules",
        "quarantine_bucket",
    }
    assert set(statements()) == {"Partner"}
    assert "Status" not in s3.get_bucket_versioning(Bucket=BUCKET)
    assert (tickets.items, machine.evidence()) == ({}, {})


def test_a_sample_finding_changes_nothing(tickets: Tickets) -> None:
    s3 = bucket(BUCKET, EVERYBODY)
    found = event("Policy:S3/BucketAnonymousAccessGranted")
    found["detail"]["service"]["additionalInfo"] = {"sample": True}
    done = run(PLAYBOOK, found)
    assert (done.summary["outcome"], blocked(), machine.messages()) == ("dry run", {}, [])
    s3.delete_bucket(Bucket=BUCKET)
    assert run(PLAYBOOK, found, execution=SECOND).status == "SUCCEEDED"
    macie = event("Macie S3BucketPublic")
    macie["detail"]["sample"] = True
    assert run(PLAYBOOK, macie).state["proceed"] is False
    assert tickets.items == {}


FAULTS = {
    "s3.GetBucketReplication": "keep_bucket_state",
    "s3.GetBucketAcl": "block_public_access",
    "s3.PutBucketVersioning": "enable_versioning",
    "s3.ListObjectVersions": "list_object_changes",
    "s3.PutBucketLifecycleConfiguration": "remove_expiration_rules",
}


@pytest.mark.parametrize("name", sampled(FAULTS))
def test_a_step_that_fails_stops_no_other_and_a_later_run_completes_it(
    tickets: Tickets, name: str
) -> None:
    s3 = attacked()
    with Faults({name: ALWAYS}).injected() as faults:
        done = run(PLAYBOOK, event(DELETES))
    assert faults.failed
    failed = {step for step, status in done.statuses.items() if status == "failed"}
    # What cannot be read is a problem in the report; the rest of the evidence is kept.
    assert failed == ({FAULTS[name]} if name != "s3.GetBucketReplication" else set())
    assert any("injected" in each for each in [*done.summary["problems"], *done.summary["lines"]])
    assert {"SecurityBaselineNoDestruction", "SecurityBaselineQuarantine"} <= set(statements())
    after = again(DELETES)
    assert (after.status, after.summary["failed"]) == ("SUCCEEDED", 0)
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert [
        rule["ID"] for rule in s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    ] == ["tidy"]
    assert len(tickets.items) == 1


def test_a_policy_that_cannot_be_written_does_not_stop_what_else_keeps_data(
    tickets: Tickets,
) -> None:
    s3 = attacked()
    with Faults({"s3.PutBucketPolicy": ALWAYS}).injected():
        done = run(PLAYBOOK, event(DELETES))
    failed = {step for step, status in done.statuses.items() if status == "failed"}
    assert failed == {"deny_destruction", "quarantine_bucket"}
    assert done.summary["outcome"] == "not contained"
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert set(statements()) == {"Partner"}
    assert again(DELETES).summary["failed"] == 0
    assert "SecurityBaselineQuarantine" in statements()
    assert tickets.items


def test_a_block_that_cannot_be_set_is_reported_and_set_by_the_next_run(tickets: Tickets) -> None:
    bucket(BUCKET, EVERYBODY)
    with Faults({"s3.PutPublicAccessBlock": ALWAYS}).injected():
        done = run(PLAYBOOK, event(POLICY))
    assert (done.status, done.summary["outcome"], blocked()) == ("FAILED", "not contained", {})
    assert run(PLAYBOOK, event("S3.3"), execution=SECOND).status == "SUCCEEDED"
    assert blocked() == FULL
    assert len(tickets.items) == 1


def test_one_bucket_that_fails_does_not_leave_the_other_open(tickets: Tickets) -> None:
    attacked()
    with Faults({"s3.PutBucketVersioning": 1}).injected():
        done = run(PLAYBOOK, event("AttackSequence:S3/CompromisedData"), approve=False)
    assert done.status_of("enable_versioning") == "changed", "repeated"
    for name in (BUCKET, "shop-invoices"):
        assert member("s3").get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert tickets.items
