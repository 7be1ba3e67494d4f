"""Opt-in Regions: on where the organization is governed, off everywhere else.

AWS takes minutes to hours for it. Nothing waits: a Region that changes is ``in progress``, and the
next run goes on where this one ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from account_access import Account, code_of, is_throttled
from botocore.exceptions import ClientError
from setting_rows import GLOBAL, IN_PROGRESS, UNCHANGED, Keeper, Row

SETTING = "opt_in_regions"
ON = frozenset({"ENABLED", "ENABLED_BY_DEFAULT"})
CHANGING = frozenset({"ENABLING", "DISABLING"})


def read(account: Account) -> dict[str, str]:
    """Give the state of each Region."""
    pages = account.client("account").get_paginator("list_regions").paginate()
    return {
        each["RegionName"]: each["RegionOptStatus"] for page in pages for each in page["Regions"]
    }


def differences(found: dict[str, str], governed: frozenset[str]) -> dict[str, str]:
    """Give the Regions that have to change, and to what; the governed ones first."""
    wrong = {
        region: "ENABLED" if region in governed else "DISABLED"
        for region, state in sorted(found.items())
        if state not in CHANGING
        and state != "ENABLED_BY_DEFAULT"
        and (state in ON) != (region in governed)
    }
    return dict(sorted(wrong.items(), key=lambda item: item[1] != "ENABLED"))


def keep(account: Account, wanted: dict[str, Any], keeper: Keeper) -> Iterator[Row]:
    """Keep the opt-in Regions; ``wanted`` is ``{"governed": [...]}``."""
    found = read(account)
    changing = {region: state for region, state in found.items() if state in CHANGING}
    for region, state in sorted(changing.items()):
        note = "AWS is at it; the next run looks again"
        yield Row(region=region, setting=SETTING, state=IN_PROGRESS, before=state, note=note)
    wrong = differences(found, frozenset(wanted["governed"]))
    for region, after in wrong.items():
        yield _change(account, region, found[region], after, keeper)
    if not wrong and not changing:
        yield Row(region=GLOBAL, setting=SETTING, state=UNCHANGED, before="as governed")


def _change(account: Account, region: str, before: str, after: str, keeper: Keeper) -> Row:
    api = account.client("account")
    change = api.enable_region if after == "ENABLED" else api.disable_region
    try:
        row = keeper.keep(
            SETTING, region, before=before, after=after, write=lambda: change(RegionName=region)
        )
    except ClientError as error:
        # Few Regions of an account, and of an organization, may change at the same time.
        if code_of(error) != "ConflictException" and not is_throttled(error):
            raise
        note = "AWS changes few Regions at the same time; the next run goes on"
        return Row(
            region=region, setting=SETTING, state=IN_PROGRESS, before=before, after=after, note=note
        )
    if keeper.dry_run:
        return row
    note = "asked for; AWS takes minutes to hours"
    return Row(
        region=region, setting=SETTING, state=IN_PROGRESS, before=before, after=after, note=note
    )
