"""The credential jobs where they are deployed: across accounts, under the guardrails, with an approval."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import boto3
import pytest

from baseline.local.access import briefly
from baseline.organization.root_permissions import machine_arn, sweep_arn
from baseline.settings.sweep_runs import Clients, run
from tests.e2e.messages import Inbox
from tests.e2e.organization import Organization

MEMBER = "555555555555"
SECONDS = 60
Report = dict[str, Any]


def start(organization: Organization, machine: str, **given: Any) -> Report:
    """Run a sweep in one member account and give its rows by setting or user."""
    security = organization.names.security
    clients = Clients(
        states=organization.client("stepfunctions", security),
        s3=organization.client("s3", security),
    )
    report = run(clients, machine, {"dry_run": True, "accounts": [MEMBER], **given}, sleep=briefly)
    (account,) = report["accounts"]
    assert account["state"] != "failed", account
    return {row.get("user", row["setting"]): row for row in account["rows"]}


def as_root(organization: Organization, task: str) -> Any:
    """Open a root session of the member from the security account."""
    given = organization.client("sts", organization.names.security).assume_root(
        TargetPrincipal=MEMBER,
        TaskPolicyArn={"arn": f"arn:aws:iam::aws:policy/root-task/{task}"},
    )["Credentials"]
    return boto3.client(
        "iam",
        region_name="us-east-1",
        endpoint_url=organization.access.endpoint,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def has_password(organization: Organization) -> bool:
    session = as_root(organization, "IAMAuditRootUserCredentials")
    try:
        session.get_login_profile()
    except session.exceptions.NoSuchEntityException:
        return False
    return True


def test_users_of_a_member_are_read_through_its_credentials_role(
    organization: Organization, break_glass: str
) -> None:
    iam = organization.client("iam", MEMBER, "us-east-1", role=break_glass)
    iam.create_user(UserName="legacy", Tags=[{"Key": "CredentialRotation", "Value": "exempt"}])
    key = iam.create_access_key(UserName="legacy")["AccessKey"]["AccessKeyId"]
    try:
        names = organization.names
        machine = sweep_arn(names).replace(names.root_sweep, names.access_key_sweep)
        assert start(organization, machine)["legacy"]["finding"] == "exempt"
    finally:
        iam.delete_access_key(UserName="legacy", AccessKeyId=key)
        iam.delete_user(UserName="legacy")


def test_root_credentials_are_found_and_removed_after_an_approval(
    organization: Organization,
) -> None:
    """From the recovery of a root password to its removal, with the guardrails in force."""
    as_root(organization, "IAMCreateRootUserPassword").create_login_profile()
    rows = start(organization, sweep_arn(organization.names))
    assert rows["root-credentials"]["detail"] == "password"
    assert rows["root-email"]["state"] == "ok"
    with organization.changed("root: { mode: report", "root: { mode: remove"):
        assert organization.deploy("settings").ok
        inbox = Inbox(organization, "critical")
        try:
            remove(organization, inbox)
        finally:
            inbox.close()
        assert not has_password(organization)
        assert (
            start(organization, sweep_arn(organization.names))["root-credentials"]["state"] == "ok"
        )
    assert organization.deploy("settings").ok


def remove(organization: Organization, inbox: Inbox) -> None:
    """Remove the password as people do: the message to the topic holds what answers it."""
    states = organization.client("stepfunctions", organization.names.security)
    execution = states.start_execution(
        stateMachineArn=machine_arn(organization.names),
        input=json.dumps({"accounts": [MEMBER], "dry_run": False}),
    )["executionArn"]
    message = inbox.texts(wanted="send-task-success", seconds=SECONDS)
    found = re.search(r"--task-token '([^']+)'", message)
    assert found, message or states.describe_execution(executionArn=execution)
    token = found[1]
    assert has_password(organization)
    answer = {"approver": "Anna", "accounts": [MEMBER]}
    states.send_task_success(taskToken=token, output=json.dumps(answer))
    ended = wait_for(
        lambda: next(
            (
                found
                for found in [states.describe_execution(executionArn=execution)]
                if found["status"] != "RUNNING"
            ),
            None,
        )
    )
    assert ended["status"] == "SUCCEEDED", ended
    report = json.loads(ended["output"])
    assert (report["outcome"], report["approver"]) == ("was approved", "Anna")


def wait_for(ask: Any) -> Any:
    for _ in range(SECONDS * 2):
        found = ask()
        if found is not None:
            return found
        time.sleep(0.5)
    pytest.fail("nothing came")
