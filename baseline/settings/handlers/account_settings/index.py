"""Keeps the settings of one account that no policy and no CloudFormation type covers.

Reads each setting, writes the difference, reports. One setting that fails never stops the others,
and one Region never another. A second run over a finished account writes nothing. Nothing is ever
reverted: a setting that leaves the configuration stays as it is.

Environment: ``ROLE``, ``PARTITION``, ``HOME_REGION``, ``REGIONS`` (separated by commas) and
``WANTED`` (JSON: name of a setting to what is wanted).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import account_public_access
import alternate_contacts
import default_network
import ebs_encryption
import ec2_attributes
import image_scanning
import opt_in_regions
import password_policy
import resource_explorer
import session_preferences
from account_access import Account, ThrottledError, code_of, enter, is_throttled
from botocore.exceptions import BotoCoreError, ClientError
from setting_rows import FAILED, GLOBAL, IN_PROGRESS, Keeper, Row, state_of

# Attempts that the state machine makes after the first one (sweep_definition.ATTEMPTS).
ATTEMPTS = 5

ONCE: dict[str, Callable[..., Iterator[Row]]] = {
    "password_policy": password_policy.keep,
    "contacts": alternate_contacts.keep,
    "public_access_block": account_public_access.keep,
    "opt_in_regions": opt_in_regions.keep,
}
# The VPC comes first: with it goes its security group.
IN_EACH_REGION: dict[str, Callable[..., Iterator[Row]]] = {
    "ebs_encryption": ebs_encryption.keep,
    "ec2_attributes": ec2_attributes.keep,
    "image_scanning": image_scanning.keep,
    "default_vpc": default_network.remove_vpcs,
    "default_security_group": default_network.empty_groups,
    "session_preferences": session_preferences.keep,
    "resource_explorer": resource_explorer.keep,
}
# What services answer where a Region is not enabled in the account.
REGION_IS_OFF = frozenset(
    {"AuthFailure", "InvalidClientTokenId", "OptInRequired", "UnrecognizedClientException"}
)


# One call with all of its repetitions, at its time-outs (account_access.RETRIES).
RESERVE_MILLISECONDS = 270_000
NO_TIME = "no time was left; the next run goes on here"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - of Lambda
    """Keep the settings of the account of an event; see ``AccountSweep`` for both documents."""
    account = event["account"]
    last_attempt = event.get("attempt", 0) >= ATTEMPTS
    try:
        entered = enter(
            account["id"],
            role=os.environ["ROLE"],
            partition=os.environ["PARTITION"],
            home_region=os.environ["HOME_REGION"],
        )
    except ClientError as error:
        if is_throttled(error) and not last_attempt:
            raise ThrottledError(str(error)) from error
        rows = [_failed("role", GLOBAL, error)]
    except BotoCoreError as error:
        rows = [Row(region=GLOBAL, setting="role", state=FAILED, note=str(error))]
    else:
        rows = list(
            reconcile(
                entered,
                json.loads(os.environ["WANTED"]),
                regions=os.environ["REGIONS"].split(","),
                dry_run=event["dry_run"],
                last_attempt=last_attempt,
                in_time=lambda: context.get_remaining_time_in_millis() > RESERVE_MILLISECONDS,
            )
        )
    state = state_of(rows)
    _log("account", account=account["id"], state=state, dry_run=event["dry_run"])
    return {"account": account, "state": state, "rows": [row.document() for row in rows]}


def reconcile(
    account: Account,
    wanted: dict[str, Any],
    *,
    regions: Iterable[str],
    dry_run: bool,
    last_attempt: bool = True,
    in_time: Callable[[], bool] = lambda: True,
) -> Iterator[Row]:
    """Bring every wanted setting about, one after the other.

    Args:
        account: the way into the account.
        wanted: name of a setting to what is wanted; what is not named is left alone.
        regions: governed Regions.
        dry_run: write nothing.
        last_attempt: throttling is reported, and no longer raised.
        in_time: tells whether the function has time for another setting; always by default.

    Raises:
        ThrottledError: AWS throttled a setting or took all the time, and another attempt follows.
    """
    keeper = Keeper(dry_run)
    throttled = []
    steps: list[tuple[str, str, Callable[[], Iterator[Row]]]] = [
        (name, GLOBAL, partial(keep, account, wanted[name], keeper))
        for name, keep in ONCE.items()
        if name in wanted
    ]
    steps += [
        (name, region, partial(keep, account, region, wanted[name], keeper))
        for region in regions
        for name, keep in IN_EACH_REGION.items()
        if name in wanted
    ]
    for name, region, step in steps:
        if not in_time():
            throttled.append(f"{name} in {region}")
            yield Row(region=region, setting=name, state=FAILED, note=NO_TIME)
            continue
        try:
            for row in step():
                _log("setting", account=account.id, **row.document())
                yield row
        except ClientError as error:
            if is_throttled(error):
                throttled.append(f"{name} in {region}")
            yield _failed(name, region, error)
        except BotoCoreError as error:
            yield Row(region=region, setting=name, state=FAILED, note=str(error))
    if throttled and not last_attempt:
        raise ThrottledError(", ".join(throttled))


def _failed(name: str, region: str, error: ClientError) -> Row:
    code, said = code_of(error), error.response.get("Error", {}).get("Message", "")
    _log("refused", setting=name, region=region, code=code, message=said)
    if region != GLOBAL and code in REGION_IS_OFF:
        note = "the Region is not enabled in this account yet; the next run looks again"
        return Row(region=region, setting=name, state=IN_PROGRESS, note=note)
    return Row(region=region, setting=name, state=FAILED, note=f"{code}: {said}")


def _log(event: str, **fields: object) -> None:
    """Write one JSON line to the function's log group."""
    sys.stdout.write(json.dumps({"event": event, **fields}, default=str) + "\n")
