"""Vaults and roles that a backup policy adds, and that nothing of them is there without one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from baseline.config import Configuration
from baseline.config.backups import BackupPolicy
from baseline.config.quotas import TEMPLATE_INLINE_BYTES
from stacks.choices import central_backups
from stacks.members import MembersStack
from stacks.wiring import Wiring
from tests.composed import Composed, composed, switched_on

Resources = dict[str, Any]
FAILED = ["ABORTED", "EXPIRED", "FAILED", "PARTIAL"]


def with_backups(configuration: Configuration, **settings: object) -> Configuration:
    backup = BackupPolicy.model_validate(settings)
    capabilities = configuration.capabilities.model_copy(update={"backup": backup})
    return configuration.model_copy(update={"capabilities": capabilities})


@pytest.fixture(scope="module")
def everything() -> Composed:
    return composed(switched_on())


@pytest.fixture(scope="module")
def gapped(configuration: Configuration) -> Composed:
    return Composed(
        with_backups(
            configuration,
            vault="theirs",
            role="Theirs",
            central={
                "account": "444444444444",
                "region": "eu-central-1",
                "vault": "air-gapped",
                "approval_team": "arn:aws:mpa:us-east-1:222222222222:approval-team/recovery",
            },
        ),
        vaults,
    )


def vaults(wiring: Wiring) -> None:
    """Create what a backup policy adds, without the rest of the organization."""
    central_backups(wiring)
    MembersStack(
        wiring.app,
        "members",
        configuration=wiring.configuration,
        names=wiring.names,
        env=wiring.env(wiring.names.management),
    )


def resources(organization: Composed, stack: str) -> Resources:
    found: Resources = organization.template(stack)["Resources"]
    return found


def of(organization: Composed, stack: str, kind: str) -> list[Resources]:
    return [
        row["Properties"]
        for row in resources(organization, stack).values()
        if row["Type"] == f"AWS::{kind}"
    ]


def body(organization: Composed, name: str) -> Resources:
    (found,) = [
        json.loads(row["TemplateBody"])
        for row in of(organization, "members", "CloudFormation::StackSet")
        if row["StackSetName"] == name
    ]
    return dict(found)


def member(organization: Composed, kind: str) -> list[Resources]:
    rows = body(organization, "secbase-member-backup")["Resources"].values()
    return [row["Properties"] for row in rows if row["Type"] == f"AWS::{kind}"]


def test_without_a_backup_policy_nothing_is_made(configuration: Configuration) -> None:
    assert configuration.capabilities.backup is None
    plain = composed(configuration)
    assert [name for name in plain.stacks if "backup" in name] == []
    sets = of(plain, "members", "CloudFormation::StackSet")
    assert "secbase-member-backup" not in {row["StackSetName"] for row in sets}
    assert "secbase-backup" not in json.dumps(resources(plain, "members"))


def test_every_account_gets_a_locked_vault_that_nobody_empties(everything: Composed) -> None:
    """Backup.1 of organization-backups."""
    (vault,) = member(everything, "Backup::BackupVault")
    assert vault["BackupVaultName"] == "secbase-backups"
    assert vault["LockConfiguration"] == {"MinRetentionDays": 40, "MaxRetentionDays": 36_500}
    assert vault["EncryptionKeyArn"]["Fn::GetAtt"][1] == "Arn"
    assert vault["BackupVaultTags"] == {"SecurityBaseline": "protected"}
    losing, weakening = vault["AccessPolicy"]["Statement"]
    assert (losing["Effect"], weakening["Effect"]) == ("Deny", "Deny")
    assert "backup:DeleteRecoveryPoint" in losing["Action"]
    exempt = json.dumps(weakening["Condition"]["ArnNotLike"]["aws:PrincipalArn"])
    assert exempt.count(":role/") == 3
    for name in ("OrgBreakGlass", "stacksets-exec-*", "cdk-secbase-cfn-exec-role-*"):
        assert f":role/{name}" in exempt


def test_the_key_rotates_and_is_read_by_the_account_of_the_copies_only(
    everything: Composed,
) -> None:
    """KMS.4 of organization-backups."""
    (key,) = member(everything, "KMS::Key")
    assert key["EnableKeyRotation"] is True
    own, copying, granting = key["KeyPolicy"]["Statement"]
    assert own["Action"] == "kms:*"
    for statement in (copying, granting):
        assert ":iam::222222222222:root" in json.dumps(statement["Principal"])
        assert not {"kms:*", "kms:PutKeyPolicy"} & set(statement["Action"])
    assert granting["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def test_vaults_and_keys_outlive_their_stacks(everything: Composed) -> None:
    kept = {"AWS::Backup::BackupVault", "AWS::KMS::Key"}
    for rows in (
        body(everything, "secbase-member-backup")["Resources"],
        resources(everything, "central-backups"),
    ):
        found = [row for row in rows.values() if row["Type"] in kept]
        assert len(found) == 2
        assert all(row["DeletionPolicy"].startswith("Retain") for row in found)


def test_the_role_of_aws_backup_is_assumed_by_it_for_its_own_account(everything: Composed) -> None:
    rows = body(everything, "secbase-member-global")["Resources"].values()
    (role,) = [row["Properties"] for row in rows if "secbase-backup" in json.dumps(row)]
    assert role["RoleName"] == "secbase-backup"
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "backup.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    }
    assert len(role["ManagedPolicyArns"]) == 4


def test_the_role_comes_before_the_vault_and_both_before_the_policy(everything: Composed) -> None:
    sets = of(everything, "members", "CloudFormation::StackSet")
    after = {row["StackSetName"]: row["AutoDeployment"].get("DependsOn", []) for row in sets}
    assert "GlobalStackSet" in str(after["secbase-member-backup"])
    assert "RegionalStackSet" in str(after["secbase-member-backup"])
    guardrails = {each.node.id for each in everything.stacks["guardrails"].dependencies}
    assert {
        "central-backups",
        "central-backups-eu-central-1",
        "members-management-backup-eu-west-1",
        "members-management-backup-eu-central-1",
    } <= guardrails
    waits = everything.stacks["members-management-backup-eu-central-1"].dependencies
    assert "members-management" in {each.node.id for each in waits}


def test_the_management_account_gets_what_members_get(everything: Composed) -> None:
    template = body(everything, "secbase-member-backup")
    ordinary = resources(everything, "members-management-backup-eu-west-1")
    assert len(json.dumps(template)) < TEMPLATE_INLINE_BYTES
    for logical_id, row in template["Resources"].items():
        twin = ordinary[logical_id]
        assert (row["Type"], set(row["Properties"])) == (twin["Type"], set(twin["Properties"]))


def test_failures_and_tampering_reach_the_security_account(everything: Composed) -> None:
    rules = {row["Name"]: row for row in member(everything, "Events::Rule")}
    assert {row["Targets"][0]["Arn"] for row in rules.values()} == {
        "arn:aws:events:eu-west-1:333333333333:event-bus/secbase-security"
    }
    patterns = {
        row["EventPattern"]["detail-type"][0]: row["EventPattern"] for row in rules.values()
    }
    failed = patterns["Backup Job State Change"]
    assert failed["$or"] == [{"detail": {"state": FAILED}}, {"detail": {"status": FAILED}}]
    tampering = patterns["AWS API Call via CloudTrail"]["detail"]["eventName"]
    assert {"DeleteRecoveryPoint", "DeleteBackupVaultLockConfiguration"} <= set(tampering)


def test_people_hear_of_failures_where_there_are_backups(
    everything: Composed, configuration: Configuration
) -> None:
    def told(organization: Composed) -> list[Resources]:
        return [
            row["EventPattern"]
            for row in of(organization, "security", "Events::Rule")
            if row["EventPattern"].get("source") == ["aws.backup"]
        ]

    (pattern,) = told(everything)
    assert pattern["detail-type"][0] == "Backup Job State Change"
    assert told(composed(configuration)) == []


def test_copies_leave_the_reach_of_their_owners(everything: Composed) -> None:
    """Backup.1 of central-backups."""
    for stack in ("central-backups", "central-backups-eu-central-1"):
        (vault,) = of(everything, stack, "Backup::BackupVault")
        assert vault["LockConfiguration"]["MinRetentionDays"] == 90
        (key,) = vault["EncryptionKeyArn"]["Fn::GetAtt"][:1]
        assert resources(everything, stack)[key]["Type"] == "AWS::KMS::Key"
        copying, losing, weakening = vault["AccessPolicy"]["Statement"]
        assert copying["Action"] == "backup:CopyIntoBackupVault"
        assert copying["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}
        assert (losing["Effect"], weakening["Effect"]) == ("Deny", "Deny")
        assert everything.stacks[stack].account == "222222222222"
    (plan,) = [
        json.loads(row["Content"]) if isinstance(row["Content"], str) else row["Content"]
        for row in of(everything, "guardrails", "Organizations::Policy")
        if row["Type"] == "BACKUP_POLICY"
    ]
    rule = plan["plans"]["baseline-daily"]["rules"]["daily"]
    arn = "arn:aws:backup:$region:222222222222:backup-vault:secbase-central-backups"
    assert rule["copy_actions"][arn]["target_backup_vault_arn"] == {"@@assign": arn}
    assert rule["copy_actions"][arn]["lifecycle"]["delete_after_days"] == {"@@assign": "90"}
    assert rule["target_backup_vault_name"] == {"@@assign": "secbase-backups"}


def test_aws_backup_is_told_before_copies_leave(everything: Composed) -> None:
    (features,) = [
        row["Properties"]
        for row in resources(everything, "organization").values()
        if row["Type"] == "Custom::OrganizationFeatures"
    ]
    assert features["BackupSettings"] == ["isCrossAccountBackupEnabled"]
    administrators = features["DelegatedAdministrators"]
    assert {"ServicePrincipal": "backup.amazonaws.com", "AccountId": "222222222222"} in (
        administrators
    )


def test_backups_are_restored_and_audited_in_every_account(everything: Composed) -> None:
    (plan,) = member(everything, "Backup::RestoreTestingPlan")
    assert plan["RestoreTestingPlanName"] == "secbase_restore_test"
    kinds = {
        row["ProtectedResourceType"]
        for row in member(everything, "Backup::RestoreTestingSelection")
    }
    assert kinds == {"EFS", "DynamoDB"}
    (framework,) = member(everything, "Backup::Framework")
    controls = {row["ControlName"]: row for row in framework["FrameworkControls"]}
    assert len(controls) == 7
    retention = controls["BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK"]
    assert retention["ControlInputParameters"] == [
        {"ParameterName": "requiredRetentionDays", "ParameterValue": "40"}
    ]
    plan_control = controls["BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN"]
    assert plan_control["ControlScope"] == {"Tags": [{"Key": "Backup", "Value": "daily"}]}


def test_reports_of_every_account_go_to_the_archive(everything: Composed) -> None:
    """S3.9, S3.17."""
    plans = of(everything, "log-archive", "Backup::ReportPlan")
    assert len(plans) == 5
    for plan in plans:
        assert plan["ReportSetting"]["Accounts"] == ["ROOT"]
        assert plan["ReportSetting"]["Regions"] == ["eu-west-1", "eu-central-1"]
        assert plan["ReportDeliveryChannel"]["Formats"] == ["CSV"]
    (bucket,) = [
        row
        for row in of(everything, "log-archive", "S3::Bucket")
        if row["BucketName"] == "secbase-backup-reports-222222222222-eu-west-1"
    ]
    encryption = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
    assert encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert "DestinationBucketName" in bucket["LoggingConfiguration"]
    (writing,) = [
        statement
        for row in of(everything, "log-archive", "S3::BucketPolicy")
        for statement in row["PolicyDocument"]["Statement"]
        if statement.get("Sid") == "BackupReports"
    ]
    assert writing["Action"] == "s3:PutObject"
    assert writing["Condition"]["ArnEquals"]["aws:PrincipalArn"].endswith(
        "reports.backup.amazonaws.com/AWSServiceRoleForBackupReports"
    )
    assert writing["Condition"]["StringEquals"]["aws:PrincipalOrgID"] == "o-exampleorgid"


def test_an_air_gapped_vault_is_locked_for_good_and_opened_by_a_team(gapped: Composed) -> None:
    """Backup.1."""
    assert [name for name in gapped.stacks if name.startswith("central")] == [
        "central-backups-eu-central-1"
    ]
    stack = "central-backups-eu-central-1"
    assert gapped.stacks[stack].account == "444444444444"
    (vault,) = of(gapped, stack, "Backup::LogicallyAirGappedBackupVault")
    assert (vault["MinRetentionDays"], vault["MaxRetentionDays"]) == (35, 36_500)
    assert vault["MpaApprovalTeamArn"].endswith("approval-team/recovery")
    (copying,) = vault["AccessPolicy"]["Statement"]
    assert copying["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}
    assert of(gapped, stack, "Backup::BackupVault") == []


def test_vaults_of_ones_own_are_left_alone(gapped: Composed) -> None:
    assert member(gapped, "Backup::BackupVault") == []
    assert len(member(gapped, "Events::Rule")) == 2
    assert 'secbase-backup"' not in json.dumps(body(gapped, "secbase-member-global"))
