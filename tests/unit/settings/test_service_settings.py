"""What Systems Manager does by default, and the key and log group of recorded sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.config import Names
from baseline.config.systems_manager import SystemsManagerSettings
from baseline.controls.registry import declarations
from baseline.settings.service_settings import ServiceSettings
from baseline.settings.session_recording import SessionRecording

Resources = dict[str, dict[str, Any]]

ROLE = "/ssm/managed-instance/default-ec2-instance-management-role"
SHARING = "/ssm/documents/console/public-sharing-permission"
LOGS = "/ssm/automation/customer-script-log-destination"


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(
        prefix="secbase",
        home_region="eu-west-1",
        organization_id="o-exampleorgid",
        management="111111111111",
        log_archive="222222222222",
        security="333333333333",
        network="444444444444",
        shared_services="999999999999",
    )


def settings_stack(**switches: bool) -> cdk.Stack:
    stack = cdk.Stack(cdk.App(), "member")
    ServiceSettings(
        stack,
        "Settings",
        settings=SystemsManagerSettings(**switches),
        role_name="secbase-host-management",
    )
    return stack


def kept(stack: cdk.Stack) -> dict[str, Mapping[str, Any]]:
    """Give the settings of a stack by setting ID."""
    found = Template.from_stack(stack).find_resources("AWS::SSM::ServiceSetting").values()
    return {each["Properties"]["SettingId"]: each for each in found}


def test_ssm_1_ssm_6_ssm_7_everything_is_on_by_default() -> None:
    stack = settings_stack()
    assert {name: each["Properties"]["SettingValue"] for name, each in kept(stack).items()} == {
        ROLE: "secbase-host-management",
        SHARING: "Disable",
        LOGS: "CloudWatch",
    }
    (declared,) = declarations(stack)
    assert declared["controls"] == ["SSM.1", "SSM.6", "SSM.7"]


@pytest.mark.parametrize(
    ("switch", "setting", "control"),
    [
        ("default_host_management", ROLE, "SSM.1"),
        ("block_public_documents", SHARING, "SSM.7"),
        ("automation_logs", LOGS, "SSM.6"),
    ],
)
def test_what_is_off_is_left_alone_and_claims_nothing(
    switch: str, setting: str, control: str
) -> None:
    stack = settings_stack(**{switch: False})
    assert set(kept(stack)) == {ROLE, SHARING, LOGS} - {setting}
    (declared,) = declarations(stack)
    assert control not in str(declared["controls"])


def test_a_deleted_stack_leaves_protections_and_takes_the_name_of_a_deleted_role() -> None:
    found = kept(settings_stack())
    for setting in (SHARING, LOGS):
        assert found[setting]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert "DeletionPolicy" not in found[ROLE]


@pytest.fixture(scope="module")
def recording(names: Names) -> Resources:
    stack = cdk.Stack(cdk.App(), "member")
    SessionRecording(stack, "Sessions", names=names, retention_days=365)
    resources: Resources = Template.from_stack(stack).to_json()["Resources"]
    return {each["Type"]: each for each in resources.values()}


def test_kms_4_the_key_of_sessions_rotates_and_stays(recording: Resources) -> None:
    key = recording["AWS::KMS::Key"]
    assert key["Properties"]["EnableKeyRotation"] is True
    assert key["Properties"]["RotationPeriodInDays"] == 365
    assert key["Properties"]["PendingWindowInDays"] == 30
    assert key["DeletionPolicy"] == "RetainExceptOnCreate"
    assert recording["AWS::KMS::Alias"]["Properties"]["AliasName"] == "alias/secbase-sessions"


def test_the_log_group_is_encrypted_and_stays(recording: Resources) -> None:
    group = recording["AWS::Logs::LogGroup"]
    assert group["Properties"]["LogGroupName"] == "secbase-sessions"
    assert group["Properties"]["RetentionInDays"] == 365
    assert "Arn" in str(group["Properties"]["KmsKeyId"])
    assert group["DeletionPolicy"] == "RetainExceptOnCreate"


def test_the_key_opens_sessions_of_the_account_and_one_log_group(recording: Resources) -> None:
    policy = recording["AWS::KMS::Key"]["Properties"]["KeyPolicy"]
    statements = {each["Sid"]: each for each in policy["Statement"]}
    assert set(statements) == {"Account", "Sessions", "CloudWatchLogs"}
    sessions = statements["Sessions"]
    assert sessions["Principal"] == {"AWS": "*"}
    assert sessions["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert sessions["Condition"] == {
        "StringEquals": {
            "aws:PrincipalAccount": {"Ref": "AWS::AccountId"},
            "aws:PrincipalOrgID": "o-exampleorgid",
        },
        # Without a session the key is of no use to anybody.
        "Null": {"kms:EncryptionContext:aws:ssm:SessionId": "false"},
    }
    logs = statements["CloudWatchLogs"]
    assert logs["Principal"]["Service"]["Fn::Join"][1] == [
        "logs.",
        {"Ref": "AWS::Region"},
        ".amazonaws.com",
    ]
    group = logs["Condition"]["ArnEquals"]["kms:EncryptionContext:aws:logs:arn"]
    assert group["Fn::Join"][1][-1] == ":log-group:secbase-sessions"
    assert "root" in str(statements["Account"]["Principal"])
