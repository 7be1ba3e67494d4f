"""The alternate contacts of an account: whom AWS calls about security, operations and billing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from account_access import Account, Client
from botocore.exceptions import ClientError
from setting_rows import GLOBAL, Keeper, Row

SETTING = "contacts"


def keep(account: Account, wanted: dict[str, dict[str, str]], keeper: Keeper) -> Iterator[Row]:
    """Keep the contacts; ``wanted`` has type to the parameters of PutAlternateContact."""
    # Without an account ID the call is about the caller's own account, the management one included.
    api = account.client("account")
    for kind, contact in wanted.items():
        yield keeper.keep(
            f"{SETTING}.{kind.lower()}",
            GLOBAL,
            before=_found(api, kind, contact),
            after=contact,
            write=lambda kind=kind, contact=contact: api.put_alternate_contact(
                AlternateContactType=kind, **contact
            ),
        )


def _found(api: Client, kind: str, contact: dict[str, str]) -> dict[str, Any] | None:
    try:
        answer = api.get_alternate_contact(AlternateContactType=kind)["AlternateContact"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    return {name: answer.get(name) for name in contact}
