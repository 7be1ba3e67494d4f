"""Names, units and tags of accounts, looked up in AWS Organizations and kept for a while.

A delegated administrator may read them. Where the lookup fails, the message has the account's ID:
nothing here ever stops it.

Source: AWS Organizations API Reference, "DescribeAccount", "ListParents".
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger()

KEPT_SECONDS = 15 * 60
LEVELS = 6
# A lookup may not use up the time of the message.
QUICK = Config(
    retries={"mode": "standard", "max_attempts": 3}, connect_timeout=3, read_timeout=5
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Account:
    """What Organizations says of an account; all empty where it says nothing.

    Attributes:
        id: account ID.
        name: its name.
        unit: path of its unit, such as ``Workloads/Production``.
        tags: its tags.
    """

    id: str
    name: str = ""
    unit: str = ""
    tags: dict[str, str] = field(default_factory=dict)


_known: dict[str, tuple[float, Account]] = {}


def look_up(account: str, *, tags: bool = False) -> Account:
    """Give what is known of an account.

    Args:
        account: account ID.
        tags: look its tags up, too.
    """
    kept_until, known = _known.get(account, (0.0, None))
    if known is not None and time.monotonic() < kept_until:
        return known
    client = boto3.client("organizations", region_name="us-east-1", config=QUICK)
    found = Account(id=account)
    try:
        described = client.describe_account(AccountId=account)["Account"]
        found = Account(id=account, name=described.get("Name", ""))
        found = Account(id=account, name=found.name, unit=_unit(client, account))
        if tags:
            found = Account(
                id=account, name=found.name, unit=found.unit, tags=_tags(client, account)
            )
    except (BotoCoreError, ClientError, KeyError):
        # What is incomplete is not kept, so the next message asks again.
        logger.exception("account %s cannot be looked up", account)
        return found
    _known[account] = (time.monotonic() + KEPT_SECONDS, found)
    return found


def _unit(client: Any, account: str) -> str:  # noqa: ANN401 - boto3 clients have no type
    names: list[str] = []
    child = account
    for _ in range(LEVELS):
        (parent,) = client.list_parents(ChildId=child)["Parents"]
        if parent["Type"] == "ROOT":
            break
        child = parent["Id"]
        unit = client.describe_organizational_unit(OrganizationalUnitId=child)
        names.append(unit["OrganizationalUnit"]["Name"])
    return "/".join(reversed(names))


def _tags(client: Any, account: str) -> dict[str, str]:  # noqa: ANN401 - as above
    pages = client.get_paginator("list_tags_for_resource").paginate(ResourceId=account)
    return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
