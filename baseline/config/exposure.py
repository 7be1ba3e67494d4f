"""What is public on purpose, so that no playbook closes it."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import Field, StrictInt, StringConstraints

from baseline.config.section import Section

MAXIMUM_DAYS = 90
TAG_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9 _.:/=+@-]{0,127}$"
MAXIMUM_NAMES = 100
"""The names are an environment variable of the function, which holds 4 KB with all others."""

MAXIMUM_BYTES = 2000

ResourceName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$")]


class Exposure(Section):
    """Buckets, snapshots, images and databases that may be public."""

    public: tuple[ResourceName, ...] = Field(
        default=(),
        max_length=MAXIMUM_NAMES,
        description="Names of buckets and databases, and IDs of snapshots and images, that are public on purpose, for as long as they stand here. None by default.",
    )
    exemption_tag: str = Field(
        default="PublicUntil",
        pattern=TAG_PATTERN,
        description="Tag whose value is the last day on which its resource may be public, as in 2026-12-24. PublicUntil by default.",
    )
    exemption_days: StrictInt = Field(
        default=7,
        ge=0,
        le=MAXIMUM_DAYS,
        description="Days that such a tag may reach ahead; 0 for no tags. 7 by default.",
    )

    def environment(self) -> dict[str, str]:
        """Give what the function of the playbooks is told."""
        return {
            "PUBLIC_ON_PURPOSE": json.dumps(sorted(set(self.public))),
            "PUBLIC_TAG": self.exemption_tag,
            "PUBLIC_TAG_DAYS": str(self.exemption_days),
        }
