"""S3's block of public access of an account, for organizations without the S3 policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from account_access import Account, Client
from botocore.exceptions import ClientError
from setting_rows import GLOBAL, Keeper, Row

SETTING = "public_access_block"
ALL = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def keep(account: Account, wanted: dict[str, Any], keeper: Keeper) -> Iterator[Row]:
    """Keep all four parts of the block on."""
    del wanted
    s3 = account.client("s3control")
    yield keeper.keep(
        SETTING,
        GLOBAL,
        before=_found(s3, account.id),
        after=ALL,
        write=lambda: s3.put_public_access_block(
            AccountId=account.id, PublicAccessBlockConfiguration=ALL
        ),
    )


def _found(s3: Client, account: str) -> dict[str, Any] | None:
    try:
        answer = s3.get_public_access_block(AccountId=account)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchPublicAccessBlockConfiguration":
            return None
        raise
    return dict(answer["PublicAccessBlockConfiguration"])
