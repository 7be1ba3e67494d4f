"""Playbooks about machines, and the account that keeps copies of their disks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from baseline.config.forms import AccountId
from baseline.config.section import Section

if TYPE_CHECKING:
    from baseline.config.configuration import Configuration

S3_URI_PATTERN = r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[A-Za-z0-9!_.*'()/-]+$"
SHA256_PATTERN = r"^[0-9a-f]{64}$"


class MemoryCapture(Section):
    """Tool with which a Linux machine writes an image of its memory, such as AVML."""

    tool: str = Field(
        pattern=S3_URI_PATTERN,
        description="S3 URI of the tool, which takes --compress and a file name, as AVML does. The machines' own roles read it.",
    )
    sha256: str = Field(
        pattern=SHA256_PATTERN,
        description="SHA-256 of the tool, in lower-case hexadecimal; another file is not run.",
    )
    output: str = Field(
        pattern=S3_URI_PATTERN,
        description="S3 URI below which images are written, by the machines' own roles. Images hold secrets: a bucket of the forensic account.",
    )


class ComputeResponse(Section):
    """How the playbooks about machines go."""

    cut_connections: bool = Field(
        default=True,
        strict=True,
        description="End connections that are open when a machine is isolated: for about a second it has a group that lets everything through, under which nothing is tracked. true by default.",
    )
    memory: MemoryCapture | None = Field(
        default=None,
        description="Capture memory before a machine is isolated. Off by default.",
    )


class Forensics(Section):
    """Account that gets copies of the snapshots of machines under investigation."""

    account: AccountId | None = Field(
        default=None, description="ID of the account, one that this file names. Or name its unit."
    )
    unit: str | None = Field(
        default=None,
        description="Organizational unit with one account, which is the forensic account. Or name the account.",
    )


def forensic_account(configuration: Configuration) -> str | None:
    """Give the ID of the forensic account; None where there is none.

    Args:
        configuration: a validated configuration, so that a unit has exactly one account.
    """
    chosen = configuration.response.forensics
    if chosen is None:
        return None
    if chosen.account is not None:
        return chosen.account
    accounts = configuration.all_accounts()
    return next((each.id for _, each in accounts if getattr(each, "ou", None) == chosen.unit), None)
