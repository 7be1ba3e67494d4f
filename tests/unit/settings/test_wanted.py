"""What the configuration wants of the accounts, and that the function may do it and no more."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.config import Configuration, Names, load
from baseline.controls.registry import declarations
from baseline.errors import BaselineError
from baseline.identity.settings_permissions import settings_statements
from baseline.settings.wanted import controls_of, environment_text, wanted_settings
from stacks.settings import SettingsStack
from tests.support import ROOT
from tests.unit.settings.calls import Calls
from tests.unit.settings.handlers import account_access, settings

ACCOUNT = "555555555555"
# What the APIs call otherwise than IAM does.
RENAMED = {
    "s3control:GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
    "s3control:PutPublicAccessBlock": "s3:PutAccountPublicAccessBlock",
}


# AWS makes the role when the first index is created, and ECR asks Inspector to scan, with the
# caller's permission.
BY_AWS = {"iam:CreateServiceLinkedRole", "inspector2:Enable"}


def configuration(**changes: Any) -> Configuration:
    """Give the example configuration with other account settings."""
    example = load(ROOT / "baseline.yaml").model_dump()
    example["account_settings"] |= changes
    return Configuration.model_validate(example)


@pytest.fixture(scope="module")
def stack() -> cdk.Stack:
    example = configuration()
    return SettingsStack(
        cdk.App(),
        "settings",
        configuration=example,
        names=Names.of(example),
        env=cdk.Environment(account="333333333333", region="eu-west-1"),
    )


def test_every_setting_is_on_and_s3_belongs_to_the_organization_policy() -> None:
    assert set(wanted_settings(configuration())) == {
        "contacts",
        "default_security_group",
        "default_vpc",
        "ebs_encryption",
        "opt_in_regions",
        "password_policy",
        "resource_explorer",
        "session_preferences",
    }


def test_without_the_organization_policy_the_account_s_own_block_is_kept() -> None:
    """S3.1."""
    example = configuration().model_dump()
    example["capabilities"]["s3_public_access_block"]["enabled"] = False
    wanted = wanted_settings(Configuration.model_validate(example))
    assert "public_access_block" in wanted
    assert "S3.1" in controls_of(wanted)


@pytest.mark.parametrize(("images", "wanted"), [(True, True), (False, False)])
def test_images_are_scanned_where_inspector_scans_them(*, images: bool, wanted: bool) -> None:
    """ECR.1."""
    example = configuration().model_dump()
    example["capabilities"]["inspector"] |= {"enabled": True, "images": images}
    found = wanted_settings(Configuration.model_validate(example))
    assert ("image_scanning" in found) is wanted
    assert ("ECR.1" in controls_of(found)) is wanted


def test_what_is_off_is_not_wanted_and_claims_no_control() -> None:
    wanted = wanted_settings(configuration(off=("contacts", "default_vpc")))
    assert not {"contacts", "default_vpc"} & set(wanted)
    assert "Account.1" not in controls_of(wanted)
    assert "EC2.7" in controls_of(wanted)


def test_a_weaker_policy_is_set_and_claims_no_control() -> None:
    wanted = wanted_settings(
        configuration(password_policy={"maximum_age_days": None, "weaker": ("maximum_age_days",)})
    )
    policy = wanted["password_policy"]
    assert isinstance(policy, dict)
    assert "MaxPasswordAge" not in policy
    assert not [control for control in controls_of(wanted) if control.startswith("IAM.")]


def test_sessions_go_to_the_log_group_and_the_key_that_are_named() -> None:
    wanted = wanted_settings(
        configuration(session_manager={"log_group": "sessions", "key_alias": "alias/sessions"})
    )
    preferences = wanted["session_preferences"]
    assert isinstance(preferences, dict)
    inputs = preferences["inputs"]
    assert inputs["cloudWatchLogGroupName"] == "sessions"
    assert inputs["cloudWatchEncryptionEnabled"] is True
    assert inputs["kmsKeyId"] == "alias/sessions"


RECORDED = {
    "s3BucketName": "secbase-session-logs-222222222222-eu-west-1",
    "s3KeyPrefix": "sessions/{account}",
    "s3EncryptionEnabled": True,
    "cloudWatchLogGroupName": "secbase-sessions",
    "cloudWatchEncryptionEnabled": True,
    "cloudWatchStreamingEnabled": True,
    "kmsKeyId": "alias/secbase-sessions",
}


def test_sessions_are_recorded_where_it_is_required() -> None:
    wanted = wanted_settings(configuration(session_manager={"recording": "required"}))
    assert wanted["session_preferences"] == {
        "inputs": {
            "idleSessionTimeout": "20",
            "maxSessionDuration": "480",
            "runAsEnabled": False,
            **RECORDED,
        },
        "withdrawn": {},
    }


@pytest.mark.parametrize("recording", ["none", "prepared"])
def test_a_recording_that_is_not_required_is_withdrawn(recording: str) -> None:
    wanted = wanted_settings(configuration(session_manager={"recording": recording}))
    preferences = wanted["session_preferences"]
    assert isinstance(preferences, dict)
    assert not set(preferences["inputs"]) & set(RECORDED)
    assert preferences["withdrawn"] == RECORDED


def test_resource_explorer_is_left_alone_where_it_is_off() -> None:
    assert "resource_explorer" not in wanted_settings(configuration(off=("resource_explorer",)))


def test_settings_that_no_function_can_hold_are_refused() -> None:
    with pytest.raises(BaselineError, match="shorten names"):
        environment_text({"contacts": "x" * 4000})


def test_the_stack_declares_the_controls(stack: cdk.Stack) -> None:
    """Account.1, EC2.2, EC2.7, IAM.7, IAM.10 to IAM.17."""
    (found,) = [each for each in declarations(stack) if each["capability"] == "account-settings"]
    assert found["controls"] == sorted(
        ["Account.1", "EC2.2", "EC2.7", "IAM.7", *(f"IAM.{number}" for number in range(10, 18))]
    )


def test_the_function_may_only_assume_the_settings_role_in_this_organization(
    stack: cdk.Stack,
) -> None:
    template = assertions.Template.from_stack(stack).to_json()["Resources"].values()
    (policy,) = [
        each["Properties"]
        for each in template
        if each["Type"] == "AWS::IAM::ManagedPolicy"
        and "Settings/Sweep/Account" in each["Properties"]["Description"]
    ]
    statements = {each["Sid"]: each for each in policy["PolicyDocument"]["Statement"]}
    own = {"WriteLogs", "WriteTraces", "KeepFailures", "UseKey"}
    assert set(statements) - own == {"AssumeSettingsRoles"}
    assume = statements["AssumeSettingsRoles"]
    assert assume["Resource"] == "arn:aws:iam::*:role/secbase-settings"
    assert assume["Condition"] == {"StringEquals": {"aws:ResourceOrgID": "o-exampleorgid"}}
    roles = [each["Properties"] for each in template if each["Type"] == "AWS::IAM::Role"]
    names = {each["RoleName"] for each in roles if "RoleName" in each}
    assert names == {
        "secbase-settings-reconciler",
        "secbase-credential-rotator",
        "secbase-patch-reporter",
        "secbase-trusted-advisor-reader",
    }


@pytest.mark.usefixtures("aws")
def test_the_settings_role_allows_every_call_of_the_handler(calls: Calls) -> None:
    wanted = wanted_settings(configuration(ebs_key_alias="alias/volumes"))
    wanted |= {"image_scanning": {}, "public_access_block": {}}
    calls.regions |= {"ap-east-1": "ENABLED", "me-south-1": "DISABLED"}
    wanted["opt_in_regions"] = {"governed": ["me-south-1"]}
    account = account_access.enter(
        ACCOUNT, role="secbase-settings", partition="aws", home_region="eu-west-1"
    )
    kms = account.client("kms", "eu-west-1")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/volumes", TargetKeyId=key)
    _leave_traces(account)
    calls.heal()
    for settings_wanted in (wanted, {"session_preferences": _idle("5")}):
        rows = list(
            settings.reconcile(account, settings_wanted, regions=["eu-west-1"], dry_run=False)
        )
        assert [row for row in rows if row.state == "failed"] == []
    # A version that nobody chose is looked for as well.
    calls.fail("UpdateDocumentDefaultVersion", "InternalServerError", times=1)
    for idle in ("6", "6"):
        again = {"session_preferences": _idle(idle)}
        list(settings.reconcile(account, again, regions=["eu-west-1"], dry_run=False))
    called = {f"{service}:{operation}" for service, operation, _ in calls.made}
    allowed = {str(action) for each in settings_statements() for action in each.actions}
    assert {RENAMED.get(each, each) for each in called} == allowed - BY_AWS


def _idle(minutes: str) -> dict[str, Any]:
    return {"inputs": {"idleSessionTimeout": minutes}, "withdrawn": {}}


def _leave_traces(account: Any) -> None:
    """Make what a default VPC has in AWS and not in moto, and a group that lets somebody in."""
    ec2 = account.client("ec2", "eu-west-1")
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(
        InternetGatewayId=gateway, VpcId=ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    )
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/24")["Vpc"]["VpcId"]
    (group,) = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])[
        "SecurityGroups"
    ]
    ec2.authorize_security_group_ingress(
        GroupId=group["GroupId"], IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="10.0.0.0/8"
    )
