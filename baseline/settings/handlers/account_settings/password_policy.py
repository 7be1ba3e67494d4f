"""The password policy of IAM users. The API knows no part of it: every value is sent each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from account_access import Account, Client
from botocore.exceptions import ClientError
from setting_rows import GLOBAL, Keeper, Row

SETTING = "password_policy"
AGE = "MaxPasswordAge"


def keep(account: Account, wanted: dict[str, Any], keeper: Keeper) -> Iterator[Row]:
    """Keep the policy; ``wanted`` has the parameters of UpdateAccountPasswordPolicy."""
    iam = account.client("iam")
    yield keeper.keep(
        SETTING,
        GLOBAL,
        before=_found(iam, wanted),
        after={AGE: None, **wanted},
        write=lambda: iam.update_account_password_policy(**wanted),
    )


def _found(iam: Client, wanted: dict[str, Any]) -> dict[str, Any] | None:
    try:
        policy = iam.get_account_password_policy()["PasswordPolicy"]
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchEntity", "NoSuchEntityException"):
            return None
        raise
    # A policy without expiry has no age; without a hard expiry the member may be missing.
    shown = {AGE: None, **{name: policy.get(name) for name in wanted}}
    if "HardExpiry" in shown:
        shown["HardExpiry"] = bool(shown["HardExpiry"])
    shown[AGE] = policy.get(AGE) if policy.get("ExpirePasswords", True) else None
    return shown
