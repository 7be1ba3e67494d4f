"""Key events: which calls weaken a key, how they travel, and which of them people hear of at once.

CloudTrail records a key's ID or ARN, never its alias or tags, so a key of the baseline is told by its
account: in the core accounts every key is one. The event says which account that is, refused calls
included, whose ``resources`` may be empty.

Source: AWS Key Management Service Developer Guide, "Examples of AWS KMS log entries".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Pattern = dict[str, Any]

SOURCE = "aws.kms"
API_CALL = "AWS API Call via CloudTrail"
DEPLOYER = "cdk-{qualifier}-cfn-exec-role-"
"""Start of the names of the roles with which CloudFormation deploys the baseline."""

LOSSES = ("DisableKey", "ScheduleKeyDeletion")
"""Calls after which nobody reads what the key encrypted, in whatever account."""

REMOVALS = ("DeleteImportedKeyMaterial", "DisableKeyRotation", *LOSSES)
"""Calls that no deployment makes: they end a key of the baseline, or its rotation."""

CHANGES = ("DeleteAlias", "PutKeyPolicy", "UpdateAlias")
"""Calls that a deployment makes too: who may use a key, and which key the writers of logs find."""

KEY_CALLS = tuple(sorted((*REMOVALS, *CHANGES)))


def key_calls(*, core_accounts: Sequence[str], qualifier: str) -> Pattern:
    """Match what :func:`core_key_calls` matches, and :data:`LOSSES` in every account.

    Args:
        core_accounts: IDs of the accounts whose keys are the baseline's.
        qualifier: qualifier of the CDK bootstrap in those accounts.
    """
    return {
        "source": [SOURCE],
        "detail-type": [API_CALL],
        "$or": [
            {"detail": {"eventName": list(LOSSES)}},
            {"account": list(core_accounts), "detail": {"eventName": list(REMOVALS)}},
            {"account": list(core_accounts), "detail": _by_hand(qualifier)},
        ],
    }


def core_key_calls(*, core_accounts: Sequence[str], qualifier: str) -> Pattern:
    """Match calls that weaken a key of a core account, refused ones included.

    Policies and aliases that CloudFormation changes in a deployment are left out: its role can be
    assumed by CloudFormation alone.

    Args:
        core_accounts: IDs of the accounts whose keys are the baseline's.
        qualifier: qualifier of the CDK bootstrap in those accounts.
    """
    return {
        "source": [SOURCE],
        "detail-type": [API_CALL],
        "account": list(core_accounts),
        "$or": [{"detail": {"eventName": list(REMOVALS)}}, {"detail": _by_hand(qualifier)}],
    }


def other_key_calls(*, core_accounts: Sequence[str]) -> Pattern:
    """Match :data:`KEY_CALLS` in the accounts that are not core, as far as they are forwarded.

    Forwarded are :data:`LOSSES`, and whatever root users and the emergency role do.

    Args:
        core_accounts: IDs of the accounts whose keys are the baseline's.
    """
    return {
        "source": [SOURCE],
        "detail-type": [API_CALL],
        "account": [{"anything-but": list(core_accounts)}],
        "detail": {"eventName": list(KEY_CALLS)},
    }


def _by_hand(qualifier: str) -> Pattern:
    role = DEPLOYER.format(qualifier=qualifier)
    issuer = {"userName": [{"anything-but": {"prefix": role}}, {"exists": False}]}
    return {
        "eventName": list(CHANGES),
        "userIdentity": {"sessionContext": {"sessionIssuer": issuer}},
    }
