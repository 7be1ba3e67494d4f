"""The family ``data``: what its role may do, what starts it, and what people do by hand."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from unittest.mock import patch

import aws_cdk as cdk
import botocore.session
import pytest
from botocore import xform_name
from botocore.client import BaseClient

from baseline.config.exposure import Exposure
from baseline.config.quotas import EVENT_PATTERN_SIZE
from baseline.response.playbooks import exposed_bucket, exposed_database, malware_object
from baseline.response.playbooks.family_data import FAMILY
from baseline.response.playbooks.model import Playbook
from tests.handlers import load_handler
from tests.unit.detection.matching import matches
from tests.unit.response import machine
from tests.unit.response.data_account import BUCKET, EVERYBODY, SECOND, accounts, bucket
from tests.unit.response.data_events import RECORDED, event
from tests.unit.response.machine import run
from tests.unit.response.test_exposed_database import Things, region_blocks

PLAYBOOKS = {
    each.PLAYBOOK.id: each.PLAYBOOK for each in (exposed_bucket, malware_object, exposed_database)
}
CALLED: dict[str, str] = {
    "s3.GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3.PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3.DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3.GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3.GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3.GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3.GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3.GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3.PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3.ListObjectVersions": "s3:ListBucketVersions",
    "s3.DeleteObject": "s3:DeleteObjectVersion",
    "s3control.GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
}
"""Operations whose action has another name. Source: Amazon S3 API Reference, "Permissions"."""


@pytest.fixture(scope="module")
def statements() -> list[dict[str, Any]]:
    stack = cdk.Stack(cdk.App(), "stack")
    return [stack.resolve(each.to_statement_json()) for each in FAMILY.statements()]


def actions(statement: dict[str, Any]) -> list[str]:
    found = statement["Action"]
    return [found] if isinstance(found, str) else found


@pytest.mark.parametrize("name", RECORDED)
def test_each_recorded_event_starts_its_playbook_by_its_trigger(name: str) -> None:
    recorded = RECORDED[name]
    started = {
        (playbook.id, trigger.id)
        for playbook in PLAYBOOKS.values()
        for trigger in playbook.triggers
        if matches(trigger.pattern, recorded["event"])
    }
    assert started == {(recorded["playbook"], recorded["trigger"])}


def test_each_trigger_has_a_recorded_event_and_each_finding_type_too() -> None:
    seen = {(each["playbook"], each["trigger"]) for each in RECORDED.values()}
    assert seen == {
        (playbook.id, trigger.id)
        for playbook in PLAYBOOKS.values()
        for trigger in playbook.triggers
    }
    types = {*exposed_bucket.EXPOSED, *exposed_bucket.DESTROYED, *exposed_bucket.CONTROLS}
    assert types <= set(RECORDED)


def test_patterns_fit_into_rules() -> None:
    for playbook in PLAYBOOKS.values():
        for trigger in playbook.triggers:
            assert len(json.dumps(trigger.pattern)) <= EVENT_PATTERN_SIZE


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("PutBucketPolicy everybody", "errorCode", "AccessDenied"),
        (
            "PutBucketPolicy everybody",
            "requestParameters",
            {"bucketPolicy": {"Statement": [{"Effect": "Deny", "Principal": "*"}]}},
        ),
        (
            "PutBucketPolicy everybody",
            "requestParameters",
            {"bucketPolicy": {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "123"}}]}},
        ),
        (
            "PutBucketPublicAccessBlock",
            "requestParameters",
            {"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": True}},
        ),
        (
            "ModifySnapshotAttribute",
            "requestParameters",
            {"createVolumePermission": {"add": {"items": [{"userId": "777777777777"}]}}},
        ),
        (
            "ModifySnapshotAttribute",
            "requestParameters",
            {"createVolumePermission": {"remove": {"items": [{"group": "all"}]}}},
        ),
        ("ModifyDBSnapshotAttribute", "requestParameters", {"valuesToRemove": ["all"]}),
        ("ModifyDBInstance", "requestParameters", {"publiclyAccessible": False}),
        ("ModifyDBInstance", "requestParameters", {"backupRetentionPeriod": 7}),
    ],
)
def test_calls_that_expose_nothing_start_nothing(name: str, path: str, value: Any) -> None:
    quiet = event(name)
    quiet["detail"][path] = value
    playbook = PLAYBOOKS[RECORDED[name]["playbook"]]
    assert not any(matches(trigger.pattern, quiet) for trigger in playbook.triggers)


@pytest.mark.parametrize("playbook", PLAYBOOKS.values(), ids=PLAYBOOKS)
def test_every_step_has_its_function(playbook: Playbook) -> None:
    import importlib  # noqa: PLC0415

    load_handler(machine.FOLDER)
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(machine.HANDLER))
        steps = importlib.import_module("data_steps")
        targets = importlib.import_module("data_targets")
    assert all(callable(getattr(steps, step.key)) for step in playbook.steps)
    assert callable(getattr(targets, playbook.id.replace("-", "_")))


@cache
def model(service: str) -> Any:
    return botocore.session.Session().get_service_model({"s3api": "s3"}.get(service, service))


def commands() -> Iterator[str]:
    for playbook in PLAYBOOKS.values():
        for step in playbook.steps:
            yield from (line for line in (*step.by_hand, *step.undo) if not line.startswith("#"))


@pytest.mark.parametrize("line", sorted(set(commands())))
def test_commands_for_people_exist(line: str) -> None:
    program, service, command, *rest = shlex.split(line.partition(" > ")[0])
    assert program == "aws"
    operations = {xform_name(each, "-"): each for each in model(service).operation_names}
    shape = model(service).operation_model(operations[command]).input_shape
    known = {xform_name(each, "-"): each for each in (shape.members if shape else {})}
    asked = [each[2:] for each in rest if each.startswith("--")]
    asked = [each for each in asked if each not in {"query", "output", "max-items"}]
    assert {each.removeprefix("no-") for each in asked} <= set(known)
    needed = {xform_name(each, "-") for each in (shape.required_members if shape else [])}
    assert needed <= set(asked)


def test_the_role_reads_no_content_and_grants_nothing(statements: list[dict[str, Any]]) -> None:
    allowed = {action for each in statements for action in actions(each)}
    assert not {"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"} & allowed
    assert not any(re.search(r"\*|^(iam|sts|kms|secretsmanager):", each) for each in allowed)
    assert {each["Effect"] for each in statements} == {"Allow"}


def test_what_it_may_change_is_bound_to_the_account(statements: list[dict[str, Any]]) -> None:
    found = {each["Sid"]: each for each in statements}
    for sid in ("ReadBuckets", "ContainBuckets", "ContainObjects"):
        assert found[sid]["Condition"] == {
            "StringEquals": {"aws:ResourceAccount": {"Ref": "AWS::AccountId"}}
        }
    assert found["EndSharingOfSnapshots"]["Condition"] == {
        "StringEquals": {"ec2:Remove/group": "all"}
    }
    everywhere = [each["Sid"] for each in statements if each["Resource"] == "*"]
    assert everywhere == ["ReadExposure"]


def test_the_role_may_do_every_call_of_the_steps(statements: list[dict[str, Any]]) -> None:
    allowed = {action for each in statements for action in actions(each)}
    called: set[str] = set()
    real = BaseClient._make_api_call

    def call(client: Any, operation: str, request: Any) -> Any:
        service = client.meta.service_model.service_name
        name = f"{service}.{operation}"
        elsewhere = request.get("Bucket") == machine.EVIDENCE
        if watching and service in {"s3", "s3control", "ec2", "rds", "redshift"} and not elsewhere:
            called.add(CALLED.get(name, name.replace(".", ":")))
        return real(client, operation, request)

    watching = False
    with patch.object(BaseClient, "_make_api_call", call), accounts(), region_blocks():
        things = Things()
        s3 = bucket(BUCKET, EVERYBODY, lock=True)
        version = s3.put_object(Bucket=BUCKET, Key="in/invoice.exe", Body=b"x")["VersionId"]
        asked = {"account": machine.MEMBER, "region": machine.REGION, "reason": "all of it"}
        attack = {"kind": "bucket", "id": BUCKET, "sign": "ransomware"}
        watching = True
        runs = [
            run(PLAYBOOKS["malware-object"], event("Object:S3/MaliciousFile", VERSION=version)),
            run(PLAYBOOKS["exposed-bucket"], {"by_hand": {**asked, "target": attack}}),
            *(
                run(
                    PLAYBOOKS["exposed-database"],
                    things.event(name),
                    execution=f"{SECOND}{number}",
                )
                for number, name in enumerate(
                    (
                        "EC2.1",
                        "RDS.1 instance",
                        "RDS.1 cluster",
                        "RDS.2",
                        "Redshift.1",
                        "ModifyImageAttribute",
                    )
                )
            ),
        ]
    assert {each.status for each in runs} == {"SUCCEEDED"}
    assert len(called) > 30
    assert called <= allowed, called - allowed


@pytest.mark.parametrize("days", [-1, 0, 3, 7, 8, 400])
def test_a_day_means_what_it_means_for_open_ports(
    days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib  # noqa: PLC0415
    import sys  # noqa: PLC0415

    load_handler(machine.FOLDER)
    load_handler("baseline/response/handlers/open_ports")
    monkeypatch.syspath_prepend(str(machine.HANDLER))
    for key, value in Exposure(exemption_tag="Until").environment().items():
        monkeypatch.setenv(key, value)
    mine = importlib.import_module("data_exemption")
    theirs = sys.modules["port_exemption"]
    now = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    tags = [{"Key": "Until", "Value": str(now.date() + timedelta(days=days))}]
    other = theirs.exemption(tags, key="Until", days=7, now=now)
    assert bool(mine.on_purpose(["x"], tags, now=now)) == bool(other.until)
