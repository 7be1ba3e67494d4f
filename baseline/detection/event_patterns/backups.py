"""Backups: jobs that failed, and calls that lose backups or take a vault's protection away."""

from __future__ import annotations

from baseline.detection.event_patterns.shapes import API_CALL, Pattern

BACKUP_JOBS = ("Backup Job State Change", "Copy Job State Change", "Restore Job State Change")
FAILED = ("ABORTED", "EXPIRED", "FAILED", "PARTIAL")
BACKUP_TAMPERING = (
    "DeleteBackupVault",
    "DeleteBackupVaultAccessPolicy",
    "DeleteBackupVaultLockConfiguration",
    "DeleteRecoveryPoint",
    "DisassociateBackupVaultMpaApprovalTeam",
    "DisassociateRecoveryPoint",
    "UpdateGlobalSettings",
)
"""API calls that lose a backup, or what keeps it."""


def failed_backups() -> Pattern:
    """Match backups, copies and restores that failed, were stopped or never began.

    Backups and copies have a state, restores a status.

    Source: AWS Backup Developer Guide, "Monitoring AWS Backup events using Amazon EventBridge".
    """
    return {
        "source": ["aws.backup"],
        "detail-type": list(BACKUP_JOBS),
        # A field of a branch takes the place of the same field outside: none stands in both.
        "$or": [{"detail": {"state": list(FAILED)}}, {"detail": {"status": list(FAILED)}}],
    }


def backup_tampering() -> Pattern:
    """Match the calls of :data:`BACKUP_TAMPERING`, refused ones included."""
    return {
        "source": ["aws.backup"],
        "detail-type": [API_CALL],
        "detail": {
            "eventSource": ["backup.amazonaws.com"],
            "eventName": list(BACKUP_TAMPERING),
        },
    }
