"""EBS encryption by default, and the key of new volumes where one is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from account_access import Account
from setting_rows import Keeper, Row

SETTING = "ebs_encryption"


def keep(account: Account, region: str, wanted: dict[str, Any], keeper: Keeper) -> Iterator[Row]:
    """Keep encryption on; ``wanted`` is ``{"key": alias}``, None for the key that is set."""
    ec2 = account.client("ec2", region)
    yield keeper.keep(
        SETTING,
        region,
        before=ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"],
        after=True,
        write=ec2.enable_ebs_encryption_by_default,
    )
    alias = wanted.get("key")
    if alias is None:
        return
    # EC2 accepts a key that is not there and fails later, so it is looked up first.
    key = account.client("kms", region).describe_key(KeyId=alias)["KeyMetadata"]["Arn"]
    found = ec2.get_ebs_default_kms_key_id()["KmsKeyId"]
    yield keeper.keep(
        f"{SETTING}_key",
        region,
        before=key if found == alias else found,
        after=key,
        write=lambda: ec2.modify_ebs_default_kms_key_id(KmsKeyId=key),
    )
