"""Which agent watches the machines of every account. Off by default."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic import Field

from baseline.config.section import Section

VERSION_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
# SSM::Document, VersionName: 128 characters; a hash of the content follows the version.
FULL_ARN_PATTERN = (
    r"^arn:aws:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$"
)
TAG_PATTERN = r"^[A-Za-z0-9 _.:/=+@-]{1,128}$"
PRESET_PATTERN = r"^.{1,400}\.json$"

HINTS: Mapping[str, str] = MappingProxyType(
    {
        VERSION_PATTERN: "is not a version: letters, digits and . _ -, at most 64",
        FULL_ARN_PATTERN: "is not the full ARN of a secret, which ends in a hyphen and six characters",
        TAG_PATTERN: "is not a tag that State Manager can look for: letters, digits, spaces and _ . : / = + @ -",
        PRESET_PATTERN: "is not the path of a JSON file",
    }
)

Vendor = Literal[
    "clamav",
    "crowdstrike-falcon",
    "guardduty",
    "microsoft-defender",
    "own",
    "sentinelone",
    "trend-micro",
]
BY_SERVICE = "guardduty"
OWN = "own"
WITHOUT_INSTALLERS = frozenset({"clamav", BY_SERVICE})

Platform = Literal[
    "amazon/x86_64",
    "amazon/arm64",
    "centos/x86_64",
    "centos/arm64",
    "debian/x86_64",
    "debian/arm64",
    "oracle/x86_64",
    "oracle/arm64",
    "redhat/x86_64",
    "redhat/arm64",
    "suse/x86_64",
    "suse/arm64",
    "ubuntu/x86_64",
    "ubuntu/arm64",
    "windows/x86_64",
]
SUFFIXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "amazon": (".rpm",),
        "centos": (".rpm",),
        "debian": (".deb",),
        "oracle": (".rpm",),
        "redhat": (".rpm",),
        "suse": (".rpm",),
        "ubuntu": (".deb",),
        "windows": (".exe", ".msi"),
    }
)
"""What an installer of a platform is called."""


class TagTarget(Section):
    """The machines that bear a tag."""

    key: str = Field(pattern=TAG_PATTERN, description="Key of the tag.")
    value: str = Field(pattern=TAG_PATTERN, description="Value of the tag.")


class Endpoint(Section):
    """The agent that watches machines, in every account and governed Region. Off by default."""

    vendor: Vendor | None = Field(
        default=None,
        description="clamav (free), crowdstrike-falcon, microsoft-defender, sentinelone, trend-micro; guardduty: its Runtime Monitoring "
        "is the agent and nothing is distributed; own: the file in `preset` says how. None by default.",
    )
    preset: str | None = Field(
        default=None,
        pattern=PRESET_PATTERN,
        description="Path of a preset of your own, with vendor: own only. docs/endpoint.md has its form.",
    )
    version: str = Field(
        default="1",
        pattern=VERSION_PATTERN,
        description="Version of the agent, shown with the package; a hash of the content follows it. 1 by default.",
    )
    installers: dict[Platform, str] = Field(
        default_factory=dict,
        description="The vendor's installers: platform and architecture to the path of the file. None by default; clamav comes from the "
        "repositories of the operating system.",
    )
    target: TagTarget | None = Field(
        default=None,
        description="Machines that get the agent, by tag. All managed machines by default.",
    )
    severity: Literal["CRITICAL", "HIGH"] = Field(
        default="CRITICAL",
        description="Severity of a machine on which the agent is missing or does not run. CRITICAL by default.",
    )
    token_secret: str | None = Field(
        default=None,
        pattern=FULL_ARN_PATTERN,
        description="Full ARN of the secret with the vendor's token, once it is made. By default machines name it without the last six "
        "characters, which follow from nothing.",
    )

    @property
    def distributes(self) -> bool:
        """Whether a package is brought to machines."""
        return self.vendor not in (None, BY_SERVICE)
