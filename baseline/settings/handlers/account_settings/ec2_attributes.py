"""EC2's account attributes, where no organization declares them: IMDSv2, images, serial console."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from account_access import Account
from setting_rows import Keeper, Row

SETTING = "ec2_attributes"
BLOCKED = "block-new-sharing"


def keep(account: Account, region: str, wanted: dict[str, Any], keeper: Keeper) -> Iterator[Row]:
    """Keep what a launch defaults to and what may be shared; ``wanted`` is ``{"hop_limit": int}``."""
    ec2 = account.client("ec2", region)
    tokens = {"HttpTokens": "required", "HttpPutResponseHopLimit": wanted["hop_limit"]}
    found = ec2.get_instance_metadata_defaults().get("AccountLevel", {})
    yield keeper.keep(
        f"{SETTING}_metadata",
        region,
        before={name: found.get(name) for name in tokens},
        after=tokens,
        write=lambda: ec2.modify_instance_metadata_defaults(**tokens),
    )
    yield keeper.keep(
        f"{SETTING}_images",
        region,
        before=ec2.get_image_block_public_access_state()["ImageBlockPublicAccessState"],
        after=BLOCKED,
        write=lambda: ec2.enable_image_block_public_access(ImageBlockPublicAccessState=BLOCKED),
    )
    yield keeper.keep(
        f"{SETTING}_serial_console",
        region,
        before=ec2.get_serial_console_access_status()["SerialConsoleAccessEnabled"],
        after=False,
        write=ec2.disable_serial_console_access,
    )
