"""The account settings where they are deployed: really set, repaired under the guardrails, started."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from typer.testing import CliRunner

from baseline.cli.settings import settings_app
from baseline.local.kept_settings import read_back
from tests.e2e.organization import Organization
from tests.support import ROOT

SECONDS = 30


def executions(organization: Organization) -> list[dict[str, Any]]:
    states = organization.client("stepfunctions", organization.names.security)
    machine = organization.names.settings_machine_arn
    found: list[dict[str, Any]] = states.list_executions(stateMachineArn=machine)["executions"]
    return found


def test_the_settings_of_every_account_are_read_back(organization: Organization) -> None:
    """Account.1, EC2.2, EC2.7, IAM.7, IAM.10 to IAM.17."""
    kept = list(read_back(organization.session.configuration, organization.access))
    accounts = {finding.account for finding in kept}
    assert {
        account.id for account in organization.session.configuration.core_accounts().values()
    } <= accounts
    assert {finding.resource for finding in kept} == {
        "contacts",
        "default_security_group",
        "default_vpc",
        "ebs_encryption",
        "opt_in_regions",
        "password_policy",
        "resource_explorer",
        "session_preferences",
    }
    assert [finding for finding in kept if not finding.ok] == []


def test_what_drifts_is_planned_and_repaired_by_command(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EC2.7."""
    management = organization.access.management
    ec2 = organization.client("ec2", management)
    ec2.disable_ebs_encryption_by_default()
    monkeypatch.chdir(ROOT)
    for name, value in {
        "AWS_ENDPOINT_URL": organization.access.endpoint,
        "AWS_ACCESS_KEY_ID": organization.names.security,
        "AWS_SECRET_ACCESS_KEY": "local",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    wanted = ["--config", str(organization.session.file), "--account", management]

    planned = CliRunner().invoke(settings_app, ["plan", "--json", *wanted])
    assert planned.exit_code == 1, planned.output
    assert json.loads(planned.stdout)["summary"]["would_change"] == 1
    assert not ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]

    assert CliRunner().invoke(settings_app, ["apply", *wanted]).exit_code == 0
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    assert CliRunner().invoke(settings_app, ["plan", *wanted]).exit_code == 0


def test_a_new_account_starts_a_run_for_itself(organization: Organization) -> None:
    account = organization.names.network
    detail = {
        "eventName": "CreateAccountResult",
        "serviceEventDetails": {"createAccountStatus": {"accountId": account}},
    }
    before = {each["executionArn"] for each in executions(organization)}
    body = {
        "account": organization.access.management,
        "region": "us-east-1",
        "source": "aws.organizations",
        "detail_type": "AWS Service Event via CloudTrail",
        "detail": detail,
    }
    assert organization.access.page("/_baseline/events", body)["event_id"]

    states = organization.client("stepfunctions", organization.names.security)
    deadline = time.monotonic() + SECONDS
    started: set[str] = set()
    while not started and time.monotonic() < deadline:
        started = {each["executionArn"] for each in executions(organization)} - before
        time.sleep(0.2)
    (arn,) = started
    given = json.loads(states.describe_execution(executionArn=arn)["input"])
    # It waits until the StackSets have made the account's roles.
    states.stop_execution(executionArn=arn)
    assert (given["trigger"], given["delay_seconds"], given["dry_run"]) == (
        "organization",
        900,
        False,
    )
    assert given["event"] == detail
