"""What a configuration may say of backups, and what it is told before anything is deployed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from baseline.config.backups import BackupPolicy, CentralCopies

Found = Callable[[dict[str, object]], list[str]]
BACKUP = "capabilities.backup"
NAMED = {"vault": "central", "role": "Backup"}


def test_the_baseline_makes_vault_and_role_unless_both_are_named() -> None:
    assert BackupPolicy().makes_vaults
    assert not BackupPolicy.model_validate(NAMED).makes_vaults


def test_nothing_is_copied_locked_for_good_or_billed_by_default() -> None:
    backup = BackupPolicy()
    assert (backup.central, backup.lock, backup.restore_test, backup.audit) == (
        None,
        "governance",
        (),
        False,
    )
    assert CentralCopies().vault == "locked"


@pytest.mark.parametrize(
    "backup",
    [
        {},
        NAMED,
        {**NAMED, "lock": "governance"},
        {"lock": "compliance", "restore_test": ["EFS"], "audit": True},
        {"central": {}},
        {"central": {"account": "222222222222", "region": "eu-central-1", "lock": "compliance"}},
        {
            "central": {
                "vault": "air-gapped",
                "approval_team": "arn:aws:mpa:us-east-1:222222222222:approval-team/recovery",
            }
        },
    ],
)
def test_what_can_be_had_is_accepted(found: Found, backup: dict[str, object]) -> None:
    assert found({BACKUP: backup}) == []


@pytest.mark.parametrize(
    ("backup", "message"),
    [
        ({"vault": "central"}, f"{BACKUP}.vault: is given without role; name both"),
        ({"role": "Backup"}, f"{BACKUP}.role: is given without vault; name both"),
        (
            {**NAMED, "lock": "compliance"},
            f"{BACKUP}.lock: belongs to vaults that the baseline makes",
        ),
        (
            {**NAMED, "restore_test": ["EFS"]},
            f"{BACKUP}.restore_test: belongs to vaults that the baseline makes",
        ),
        ({"central": {"account": "676767676767"}}, "is the id of no account of this file"),
        ({"central": {"account": "111111111111"}}, "is the management account"),
        ({"central": {"region": "us-west-2"}}, "is not in regions [eu-west-1, eu-central-1]"),
        ({"central": {"delete_after_days": 6}}, f"{BACKUP}.central.delete_after_days"),
        (
            {"central": {"vault": "air-gapped", "lock": "governance"}},
            f"{BACKUP}.central.lock: is given for an air-gapped vault",
        ),
        (
            {"central": {"approval_team": "arn:aws:mpa:us-east-1:222222222222:approval-team/r"}},
            f"{BACKUP}.central.approval_team: opens an air-gapped vault only",
        ),
        (
            {"central": {"vault": "air-gapped", "approval_team": "recovery"}},
            "is not the ARN of an approval team of Multi-party approval",
        ),
        ({"restore_test": ["RDS"]}, f"{BACKUP}.restore_test"),
    ],
)
def test_what_cannot_be_had_is_one_problem(
    found: Found, backup: dict[str, object], message: str
) -> None:
    (problem,) = found({BACKUP: backup})
    assert message in problem


def test_an_audit_wants_a_recorder(found: Found) -> None:
    problems = found(
        {
            BACKUP: {"audit": True},
            "capabilities.config.enabled": False,
            "capabilities.security_hub.enabled": False,
        }
    )
    assert any("audit: evaluates with AWS Config" in problem for problem in problems)


def test_a_region_without_the_types_is_told(found: Found) -> None:
    problems = found({BACKUP: {"audit": True}, "regions": ["eu-west-1", "ca-west-1"]})
    lacking = [problem for problem in problems if "AWS::Backup::Framework" in problem]
    assert len(lacking) == 1
    assert "leave the Region out, or that part of capabilities.backup" in lacking[0]
