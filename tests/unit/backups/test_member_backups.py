"""What an account and Region gets for backups, choice by choice."""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.backups.central_vault import CentralVault
from baseline.backups.member_backups import MemberBackups
from baseline.config import Names, load
from baseline.config.backups import BackupPolicy, CentralCopies
from tests.support import CONTEXT, ROOT

Resources = dict[str, Any]


@pytest.fixture(scope="module")
def names() -> Names:
    return Names.of(load(ROOT / "baseline.yaml"))


def stack() -> cdk.Stack:
    return cdk.Stack(cdk.App(context=CONTEXT, analytics_reporting=False), "stack")


def made(names: Names, **settings: object) -> list[Resources]:
    scope = stack()
    policy = BackupPolicy.model_validate(settings)
    MemberBackups(scope, "Backups", names=names, settings=policy, break_glass_role="OrgBreakGlass")
    return list(Template.from_stack(scope).to_json()["Resources"].values())


def of(resources: list[Resources], kind: str) -> list[Resources]:
    return [row["Properties"] for row in resources if row["Type"] == f"AWS::{kind}"]


def test_a_vault_and_its_key_are_all_there_is_by_default(names: Names) -> None:
    resources = made(names)
    assert sorted(row["Type"] for row in resources) == [
        "AWS::Backup::BackupVault",
        "AWS::KMS::Key",
    ]
    (vault,) = of(resources, "Backup::BackupVault")
    assert vault["LockConfiguration"] == {"MinRetentionDays": 35, "MaxRetentionDays": 36_500}


def test_without_copies_no_other_account_reads_the_key(names: Names) -> None:
    (key,) = of(made(names), "KMS::Key")
    (own,) = key["KeyPolicy"]["Statement"]
    assert {"Ref": "AWS::AccountId"} in own["Principal"]["AWS"]["Fn::Join"][1]
    (key,) = of(made(names, central={"account": "444444444444"}), "KMS::Key")
    assert "444444444444" in json.dumps(key["KeyPolicy"])


def test_a_lock_for_good_is_asked_for_by_name(names: Names) -> None:
    (vault,) = of(made(names, lock="compliance"), "Backup::BackupVault")
    assert vault["LockConfiguration"]["ChangeableForDays"] == 3


@pytest.mark.parametrize(("lock", "days"), [(None, None), ("governance", None), ("compliance", 3)])
def test_so_is_that_of_the_copies(names: Names, lock: Any, days: int | None) -> None:
    scope = stack()
    CentralVault(
        scope,
        "Vault",
        names=names,
        settings=CentralCopies(lock=lock),
        break_glass_role="OrgBreakGlass",
    )
    (vault,) = of(
        list(Template.from_stack(scope).to_json()["Resources"].values()), "Backup::BackupVault"
    )
    assert vault["LockConfiguration"].get("ChangeableForDays") == days


def test_the_framework_asks_what_the_policy_promises(names: Names) -> None:
    resources = made(names, audit=True, tag_key="Kept", tag_values=["yes"], delete_after_days=90)
    (framework,) = of(resources, "Backup::Framework")
    controls = {row["ControlName"]: row for row in framework["FrameworkControls"]}
    tagged = {"Tags": [{"Key": "Kept", "Value": "yes"}]}
    assert controls["BACKUP_LAST_RECOVERY_POINT_CREATED"]["ControlScope"] == tagged
    frequency = controls["BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK"]
    parameters = {
        row["ParameterName"]: row["ParameterValue"] for row in frequency["ControlInputParameters"]
    }
    assert parameters == {
        "requiredFrequencyUnit": "days",
        "requiredFrequencyValue": "1",
        "requiredRetentionDays": "90",
    }
