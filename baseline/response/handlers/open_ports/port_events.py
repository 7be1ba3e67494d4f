"""Which security groups an event is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

GROUP_PREFIX = "sg-"
LIST_PREFIX = "pl-"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where to look.

    Attributes:
        account: 12 digits.
        region: the Region of the security groups.
        groups: IDs of security groups; none when a prefix list changed.
        prefix_lists: IDs of prefix lists whose users have to be looked at.
        cause: what happened, for the evidence.
    """

    account: str
    region: str
    groups: tuple[str, ...]
    prefix_lists: tuple[str, ...]
    cause: dict[str, Any]


def place_of(event: dict[str, Any]) -> Place | None:
    """Read a recorded API call, a rule's verdict of AWS Config or a second look at an exemption.

    Returns:
        Where to look, or nothing when the call was refused or names no security group.
    """
    if "recheck" in event:
        again = event["recheck"]
        return Place(
            account=again["account"],
            region=again["region"],
            groups=(again["group"],),
            prefix_lists=(),
            cause={"eventName": "ExemptionEnded", "time": again["until"]},
        )
    detail = event["detail"]
    if "configRuleName" in detail:
        return _verdict(event, detail)
    if detail.get("errorCode"):
        return None
    # The group is named by ID or, in a default VPC, by name; the answer always has the ID.
    named = [detail.get("requestParameters"), detail.get("responseElements")]
    groups = tuple(sorted(set(_ids(named, GROUP_PREFIX))))
    lists = tuple(sorted(set(_ids(named, LIST_PREFIX)))) if "PrefixList" in _name(detail) else ()
    if not groups and not lists:
        return None
    return Place(
        account=str(detail.get("recipientAccountId") or event["account"]),
        region=str(detail.get("awsRegion") or event["region"]),
        groups=() if lists else groups,
        prefix_lists=lists,
        cause={
            "eventName": _name(detail),
            "eventID": detail.get("eventID"),
            "time": detail.get("eventTime"),
            "principal": _principal(detail),
            "sourceIPAddress": detail.get("sourceIPAddress"),
        },
    )


def _verdict(event: dict[str, Any], detail: dict[str, Any]) -> Place | None:
    if not str(detail.get("resourceId", "")).startswith(GROUP_PREFIX):
        return None
    return Place(
        account=detail["awsAccountId"],
        region=detail["awsRegion"],
        groups=(detail["resourceId"],),
        prefix_lists=(),
        cause={"eventName": f"Config rule {detail['configRuleName']}", "time": event.get("time")},
    )


def _principal(detail: dict[str, Any]) -> str | None:
    """Give who called; what cannot be read is no reason to leave a port open."""
    caller = detail.get("userIdentity")
    return str(caller["arn"]) if isinstance(caller, dict) and caller.get("arn") else None


def _name(detail: dict[str, Any]) -> str:
    return str(detail.get("eventName", ""))


def _ids(value: object, prefix: str) -> Iterator[str]:
    """Give every ID with a prefix that stands under a key ``groupId`` or ``prefixListId``."""
    if isinstance(value, list):
        for item in value:
            yield from _ids(item, prefix)
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, str) and key.lower() in {"groupid", "prefixlistid"}:
                if item.startswith(prefix):
                    yield item
            else:
                yield from _ids(item, prefix)
