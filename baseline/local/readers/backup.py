"""Backup vaults."""

from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, reader


@reader(
    "AWS::Backup::BackupVault",
    capability="Backup vaults",
    covers="BackupVaultName EncryptionKeyArn",
)
def backup_vault(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a vault's name and key."""
    found = place("backup").describe_backup_vault(BackupVaultName=physical_id)
    for name in ("BackupVaultName", "EncryptionKeyArn"):
        yield Check(setting=name, expected=expected.get(name), found=found.get(name))
