"""Resource Explorer: an index in each Region, one that collects them, and views to search with.

What is there stays: an index that somebody made, an aggregator in another Region (changing it takes
a day, and only one account sees the difference), a default view of one's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from account_access import Account, Client, code_of
from botocore.exceptions import ClientError
from setting_rows import IN_PROGRESS, SKIPPED, UNCHANGED, Keeper, Row

SETTING = "resource_explorer"
LOCAL, AGGREGATOR = "LOCAL", "AGGREGATOR"
ABSENT = "ResourceNotFoundException"
AT_WORK = frozenset({"CREATING", "DELETING", "UPDATING"})
# A type was changed less than a day ago, or is being changed.
LATER = frozenset({"ConflictException", "ServiceQuotaExceededException"})
IMAGINED: dict[str, Any] = {"State": "ACTIVE", "Type": LOCAL, "Arn": ""}
WITH_TAGS = [{"Name": "tags"}]


def keep(account: Account, region: str, wanted: dict[str, Any], keeper: Keeper) -> Iterator[Row]:
    """Keep the index of a Region, and in the Region ``aggregator`` what searches all of them."""
    explorer = account.client("resource-explorer-2", region)
    index = _index(explorer)
    collects = region == wanted["aggregator"]
    # A dry run has no index to ask about its views.
    imagined = index is None and keeper.dry_run
    if index is None:
        yield keeper.keep(SETTING, region, before=None, after=LOCAL, write=explorer.create_index)
        if not collects:
            return
        index = IMAGINED if imagined else _index(explorer) or {"State": "CREATING"}
    if index["State"] in AT_WORK:
        note = f"the index is {index['State']}; the next run goes on"
        yield Row(region=region, setting=SETTING, state=IN_PROGRESS, note=note)
        return
    if not collects:
        yield Row(region=region, setting=SETTING, state=UNCHANGED, before=index["Type"])
        return
    row = _collect(explorer, region, index, keeper)
    yield row
    if row.state not in (IN_PROGRESS, SKIPPED):
        views: dict[str, str] = {}
        if not imagined:
            views = {_name(arn): arn for arn in _pages(explorer)}
        default = None if imagined else _default_view(explorer)
        yield _keep_default(
            explorer, region, keeper, name=wanted["view"], views=views, default=default
        )
        if account.id == wanted["administrator"]:
            yield _keep_organization(explorer, region, wanted, views, keeper)


def _index(explorer: Client) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = explorer.get_index()
    except ClientError as error:
        if code_of(error) == ABSENT:
            return None
        raise
    return None if found["State"] == "DELETED" else found


def _collect(explorer: Client, region: str, index: dict[str, Any], keeper: Keeper) -> Row:
    """Make the index the one that collects those of all Regions, unless another one does."""
    name = f"{SETTING}_{AGGREGATOR.lower()}"
    others = [
        each["Region"]
        for each in explorer.list_indexes(Type=AGGREGATOR)["Indexes"]
        if each["Region"] != region
    ]
    if others:
        note = f"the index of {others[0]} collects the others; it stays"
        return Row(region=region, setting=name, state=SKIPPED, before=index["Type"], note=note)
    try:
        return keeper.keep(
            name,
            region,
            before=index["Type"],
            after=AGGREGATOR,
            write=lambda: explorer.update_index_type(Arn=index["Arn"], Type=AGGREGATOR),
        )
    except ClientError as error:
        if code_of(error) not in LATER:
            raise
        note = "AWS changes the type of an index once a day; the next run tries again"
        return Row(region=region, setting=name, state=IN_PROGRESS, note=note)


def _keep_default(
    explorer: Client,
    region: str,
    keeper: Keeper,
    *,
    name: str,
    views: dict[str, str],
    default: str | None,
) -> Row:
    """Keep a default view: whichever there is, else ours."""
    return keeper.keep(
        f"{SETTING}_view",
        region,
        before=default,
        after=default or name,
        write=lambda: explorer.associate_default_view(
            ViewArn=views.get(name) or _create(explorer, name)
        ),
    )


def _keep_organization(
    explorer: Client, region: str, wanted: dict[str, Any], views: dict[str, str], keeper: Keeper
) -> Row:
    """Keep a view of the whole organization, in the account that administers the service."""
    name = wanted["organization_view"]
    return keeper.keep(
        f"{SETTING}_organization",
        region,
        before=name if name in views else None,
        after=name,
        write=lambda: _create(explorer, name, Scope=wanted["organization"]),
    )


def _default_view(explorer: Client) -> str | None:
    try:
        return explorer.get_default_view().get("ViewArn") or None
    except ClientError as error:
        if code_of(error) == ABSENT:
            return None
        raise


def _create(explorer: Client, name: str, **scope: str) -> str:
    made = explorer.create_view(ViewName=name, IncludedProperties=WITH_TAGS, **scope)
    return str(made["View"]["ViewArn"])


def _pages(explorer: Client) -> Iterator[str]:
    for page in explorer.get_paginator("list_views").paginate():
        yield from page["Views"]


def _name(arn: str) -> str:
    """Give the name in ``...:view/NAME/UUID``."""
    return arn.split("/")[1]
