"""A vault is read back with its key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from baseline.local.access import Access
from baseline.local.readers import READERS, Place

REGION, ACCOUNT = "eu-west-1", "123456789012"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/backups"


class OneAccount:
    """Clients of moto's one account in place of the embedded AWS."""

    def client(self, service: str, _account: str, region: str) -> Any:
        return boto3.client(service, region_name=region)


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws():
        boto3.client("backup", region_name=REGION).create_backup_vault(
            BackupVaultName="secbase-backups", EncryptionKeyArn=KEY
        )
        yield


@pytest.mark.parametrize(("key", "same"), [(KEY, True), (f"{KEY}-other", False)])
def test_another_key_is_a_difference(key: str, *, same: bool) -> None:
    place = Place(cast("Access", OneAccount()), ACCOUNT, REGION)
    expected = {"BackupVaultName": "secbase-backups", "EncryptionKeyArn": key}
    read = READERS["AWS::Backup::BackupVault"].read
    checks = {check.setting: check.ok for check in read(place, "secbase-backups", expected)}
    assert checks == {"BackupVaultName": True, "EncryptionKeyArn": same}
