"""Amazon Inspector: how its administrator scans in a Region, and whether an account is scanned.

The organization policy switches the scans on; how they work is the administrator's to say, for
every account.

Source: Amazon Inspector User Guide, "Managing multiple accounts in Amazon Inspector with AWS
Organizations"; Amazon Inspector API Reference, "UpdateConfiguration".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import inspector_coverage
from botocore.exceptions import ClientError
from service_rows import (
    CHANGED,
    IN_PROGRESS,
    SKIPPED,
    WOULD_CHANGE,
    Client,
    Keeper,
    Row,
    Step,
    code_of,
)

Wanted = dict[str, Any]

ENABLED = "ENABLED"
CREATED = "CREATED"
NEW = frozenset({CHANGED, WOULD_CHANGE, IN_PROGRESS})
NEXT_RUN = "the account has just become a member; the next run looks"
UNKNOWN = "nobody knows whether the account is a member; the next run looks"
NOT_YET = "Inspector is not on here yet; the organization policy switches it on"
# The account itself has to come back first.
AWAY = {
    "ACCOUNT_SUSPENDED": "the account is suspended",
    "REGION_DISABLED": "the Region is disabled",
}


def administer(inspector: Client, wanted: Wanted, keeper: Keeper) -> Iterator[Step]:
    """Keep the way of scanning that every account inherits, and look at this account's coverage."""
    yield "configuration", partial(_configuration, inspector, wanted["configuration"], keeper)
    if wanted["paths"]:
        yield "package-paths", partial(_paths, inspector, wanted["paths"], keeper)
    own = wanted["administrator"]
    yield "coverage", partial(inspector_coverage.look, inspector, own, wanted, keeper)


def join(
    inspector: Client, account: str, _email: Callable[[], str], keeper: Keeper, wanted: Wanted
) -> Iterator[Step]:
    """Make an account a member, if the policy has not, and look at its coverage.

    One that was none until now has not been reached by the policy yet: the next run looks. So it
    does when the membership could not be read or made, which is a failure already.
    """
    membership: list[Row] = []
    yield "member", partial(_join, inspector, account, keeper, membership)
    if not membership:
        yield "coverage", partial(keeper.row, "coverage", IN_PROGRESS, UNKNOWN)
    elif any(row["state"] in NEW for row in membership):
        yield "coverage", partial(keeper.row, "coverage", IN_PROGRESS, NEXT_RUN)
    else:
        yield "coverage", partial(inspector_coverage.look, inspector, account, wanted, keeper)


def _configuration(inspector: Client, after: dict[str, Any], keeper: Keeper) -> Row:
    try:
        found = inspector.get_configuration()
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return keeper.row("configuration", IN_PROGRESS, NOT_YET)
        raise
    instances = found.get("ec2Configuration", {}).get("scanModeState", {})
    images = found.get("ecrConfiguration", {}).get("rescanDurationState", {})
    states = {"ec2Configuration": instances, "ecrConfiguration": images}
    return keeper.keep(
        "configuration",
        before={
            kind: {key: states[kind].get(key) for key in settings}
            for kind, settings in after.items()
        },
        after=after,
        write=partial(inspector.update_configuration, **after),
    )


def _paths(inspector: Client, paths: list[str], keeper: Keeper) -> Row:
    found = inspector.get_ec2_deep_inspection_configuration()
    return keeper.keep(
        "package-paths",
        before=sorted(found.get("orgPackagePaths", [])),
        after=sorted(paths),
        write=partial(
            inspector.update_org_ec2_deep_inspection_configuration, orgPackagePaths=paths
        ),
    )


def _join(inspector: Client, account: str, keeper: Keeper, said: list[Row]) -> Row:
    said.append(_membership_of(inspector, account, keeper))
    return said[-1]


def _membership_of(inspector: Client, account: str, keeper: Keeper) -> Row:
    status = _membership(inspector, account)
    if status in AWAY:
        return keeper.row("member", SKIPPED, AWAY[status])
    if status == CREATED:
        return keeper.row("member", IN_PROGRESS)
    return keeper.keep(
        "member",
        before=status,
        after=ENABLED,
        write=partial(inspector.associate_member, accountId=account),
    )


def _membership(inspector: Client, account: str) -> str | None:
    try:
        return str(inspector.get_member(accountId=account)["member"]["relationshipStatus"])
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return None
        raise
