"""Regions and account settings that the first run would change."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.preflight.finding import Finding, Verdict
from baseline.preflight.look import Look

ON = frozenset({"ENABLED", "ENABLED_BY_DEFAULT"})
DOCUMENT = "SSM-SessionManagerRunShell"


def regions(look: Look) -> Iterator[Finding]:
    """A governed Region is enabled in every account before something is deployed there."""
    for account, reader in look.readers.items():
        rows = reader.every("account", "ListRegions", "Regions")
        if rows is None:
            continue
        states = {row["RegionName"]: row["RegionOptStatus"] for row in rows}
        off = [region for region in look.configuration.regions if states.get(region, "") not in ON]
        for region in off:
            yield Finding(
                check="regions.disabled",
                verdict=Verdict.CONFLICT,
                place=look.place(account, region),
                message="a governed Region is not enabled; it takes minutes to hours",
                commands=(
                    f"aws account enable-region --region-name {region}"
                    + ("" if account == look.names.management else f" --account-id {account}"),
                ),
            )
        if not off:
            yield Finding(
                check="regions.disabled",
                verdict=Verdict.FINE,
                place=look.place(account),
                message="all governed Regions are enabled",
            )


def volumes(look: Look) -> Iterator[Finding]:
    """Encryption of new volumes is switched on; a key that is set stays."""
    settings = look.configuration.account_settings
    if "ebs_encryption" in settings.off:
        return
    for account, region, reader in look.each():
        answer = reader.one("ec2", "GetEbsEncryptionByDefault", region)
        if answer is None:
            continue
        key = reader.one("ec2", "GetEbsDefaultKmsKeyId", region)
        if key is None:
            continue
        found = key.get("KmsKeyId", "")
        wanted = settings.ebs_key_alias
        replaced = bool(wanted) and found not in {"", wanted, "alias/aws/ebs"}
        on = "is on" if answer.get("EbsEncryptionByDefault") else "is switched on"
        yield Finding(
            check="settings.volumes",
            verdict=Verdict.NOTE if replaced else Verdict.FINE,
            place=look.place(account, region),
            message=f"encryption of new volumes {on}"
            + (f"; {wanted} replaces the key {found}" if replaced else "; the key stays"),
        )


def sessions(look: Look) -> Iterator[Finding]:
    """Preferences of Session Manager that somebody chose get the baseline's inputs."""
    if "session_preferences" in look.configuration.account_settings.off:
        return
    settings = look.ours("settings")
    own = look.is_deployed(look.names.security, look.names.home_region, settings)
    for account, region, reader in look.each():
        answer = reader.one(
            "ssm", "DescribeDocument", region, absent=("InvalidDocument",), Name=DOCUMENT
        )
        if answer is None:
            continue
        owner = answer.get("Document", {}).get("Owner", "")
        there = bool(answer) and owner != "Amazon" and not own
        yield Finding(
            check="settings.sessions",
            verdict=Verdict.NOTE if there else Verdict.FINE,
            place=look.place(account, region),
            message="Session Manager has preferences; the baseline sets its inputs in them and keeps the others"
            if there
            else "Session Manager has no preferences of others",
            configuration={"account_settings": {"off": ["session_preferences"]}} if there else {},
        )
