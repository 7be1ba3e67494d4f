"""Copies of backups: a vault that nobody opens, and keys that the account of the copies may read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest

from baseline.errors import BaselineError
from baseline.primitives.secure_key import SecureKey
from baseline.workload.air_gapped_vault import AirGappedVault
from baseline.workload.backup_protection import share_with_central_vault
from tests.unit.workload import conftest

if TYPE_CHECKING:
    from tests.unit.workload.conftest import Workload

VAULT = "AWS::Backup::LogicallyAirGappedBackupVault"


def test_a_vault_keeps_what_is_in_it_and_takes_from_the_organization_only(
    workload: Workload,
) -> None:
    """Backup.1."""
    vaults = {row["BackupVaultName"]: row for row in workload.of("copies", VAULT)}
    plain, own = vaults["copies"], vaults["copies-own"]
    assert (plain["MinRetentionDays"], plain["MaxRetentionDays"]) == (35, 36_500)
    assert (own["MinRetentionDays"], own["MaxRetentionDays"]) == (365, 730)
    for row in (plain, own):
        (statement,) = row["AccessPolicy"]["Statement"]
        assert statement["Action"] == "backup:CopyIntoBackupVault"
        assert statement["Condition"] == {
            "StringEquals": {"aws:PrincipalOrgID": conftest.ORGANIZATION}
        }
    assert workload.controls["air-gapped-vault"] == {"Backup.1"}


def test_key_and_approval_team_are_a_choice(workload: Workload) -> None:
    vaults = {row["BackupVaultName"]: row for row in workload.of("copies", VAULT)}
    assert not {"EncryptionKeyArn", "MpaApprovalTeamArn"} & set(vaults["copies"])
    assert vaults["copies-own"]["EncryptionKeyArn"]["Fn::GetAtt"][1] == "Arn"
    assert vaults["copies-own"]["MpaApprovalTeamArn"].endswith(":approval-team/recovery")


def test_vaults_outlive_their_stack(workload: Workload) -> None:
    for row in workload.whole("copies", VAULT):
        assert (row["DeletionPolicy"], row["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_a_shared_key_is_read_for_copies_and_managed_by_nobody_else(workload: Workload) -> None:
    (key,) = [
        row for row in workload.of("copies", "AWS::KMS::Key") if "volume" in row["Description"]
    ]
    shared = [
        statement
        for statement in key["KeyPolicy"]["Statement"]
        if "222222222222" in json.dumps(statement["Principal"])
    ]
    assert [statement["Sid"] for statement in shared] == ["CopyBackups", "CopyBackupsByGrant"]
    actions = {action for row in shared for action in listed(row["Action"])}
    assert not {action for action in actions if action.startswith(("kms:Put", "kms:Schedule"))}
    assert "kms:*" not in actions
    assert shared[1]["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"keep_days": 6}, "keep_days must be between 7 and 36500 days, got 6"),
        (
            {"keep_days": 90, "longest_days": 60},
            "longest_days must be between keep_days, 90, and 36500 days, got 60",
        ),
        ({"organization_id": "*"}, "organization_id is '*'"),
    ],
)
def test_an_impossible_vault_is_refused(
    stack: cdk.Stack, settings: dict[str, Any], message: str
) -> None:
    values = {"name": "copies", "organization_id": conftest.ORGANIZATION} | settings
    with pytest.raises(BaselineError) as error:
        AirGappedVault(stack, "Vault", **values)
    assert message in str(error.value)


def test_a_key_is_shared_with_one_account(stack: cdk.Stack) -> None:
    key = SecureKey(stack, "Key", description="A volume")
    with pytest.raises(BaselineError, match="account is '\\*'; give the ID of the central vault"):
        share_with_central_vault(key, account="*")
