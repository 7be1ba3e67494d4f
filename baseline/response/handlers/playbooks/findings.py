"""Findings: the shapes in which events arrive, read in one way.

GuardDuty tells its findings itself, Security Hub wraps those of others, CloudTrail records calls.
Fields may be missing in any of them: samples name resources that do not exist. And what is of another
type than it should be counts as missing, so that no odd field holds up a containment.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

State = dict[str, Any]
Said = Any  # whatever the finding has there


class NotForUs(Exception):  # noqa: N818 - it is no error
    """The event is none that the playbook answers; the reason is its text."""


class Record(dict[str, Any]):
    """A part of an event, whose ``get`` gives what it is asked for, or nothing.

    With an object as default it gives an object, with a list a list of objects, with text text;
    whatever else is there counts as missing.
    """

    def get(self, key: str, default: Said = None) -> Said:
        """Give a value of the default's type, or the default."""
        value = super().get(key, default)
        if isinstance(default, dict):
            return value if isinstance(value, Record) else Record()
        if isinstance(default, list):
            found = value if isinstance(value, list) else []
            return [each for each in found if isinstance(each, Record)]
        if isinstance(default, str):
            return value if isinstance(value, str) else default
        return value


def record(value: Said) -> Said:
    """Give an event, or a part of it, as records."""
    if isinstance(value, dict):
        return Record((str(key), record(each)) for key, each in value.items())
    if isinstance(value, list):
        return [record(each) for each in value]
    return value


def detail(event: State) -> State:
    """Give the finding or call inside an event; of Security Hub the one finding it carries.

    Raises:
        TypeError: there is none. The execution fails, and its alarm tells of the event.
    """
    inner = record(event["detail"])
    if isinstance(inner, Record) and "findings" in inner:
        inner = next(iter(inner.get("findings", [])), None)
    if not isinstance(inner, Record):
        message = "the event carries no finding and no call"
        raise TypeError(message)
    return inner


def kind(event: State) -> str:
    """Tell the shape: ``guardduty``, ``security_hub``, ``call``, ``sign_in`` or ``other``."""
    return {
        "GuardDuty Finding": "guardduty",
        "Security Hub Findings - Imported": "security_hub",
        "AWS API Call via CloudTrail": "call",
        "AWS Console Sign In via CloudTrail": "sign_in",
    }.get(event.get("detail-type", ""), "other")


def place(event: State) -> tuple[str, str]:
    """Give the account and Region that an event is about."""
    found = detail(event)
    if kind(event) == "guardduty":
        return str(found["accountId"]), str(found["region"])
    if kind(event) == "security_hub":
        resource = (found.get("Resources", []) or [Record()])[0]
        region = resource.get("Region") or found.get("Region") or event["region"]
        return str(found["AwsAccountId"]), str(region)
    if kind(event) in {"call", "sign_in"}:
        account = found.get("recipientAccountId") or event["account"]
        return str(account), str(found.get("awsRegion") or event["region"])
    return str(event["account"]), str(event["region"])


def summary(event: State) -> State:
    """Give what a person reads first: ``id``, ``type``, ``title``, ``sample`` and ``detected``.

    ``detected`` is the first time that what is answered was seen, for the time to contain.
    """
    found = detail(event)
    if kind(event) == "guardduty":
        service = found.get("service", {})
        return {
            "id": str(found.get("id", event.get("id"))),
            # The same finding, as Security Hub names it.
            "hub": {
                "Id": str(found.get("arn", "")),
                "ProductArn": _product(str(found.get("arn", ""))),
            },
            "type": str(found.get("type", "")),
            "title": str(found.get("title", "")),
            "sample": _sample(service.get("additionalInfo", {}), found.get("title", "")),
            "detected": _moment(
                service.get("eventFirstSeen"), found.get("createdAt"), event.get("time")
            ),
            "updated": found.get("updatedAt", ""),
        }
    if kind(event) == "security_hub":
        return {
            "id": str(found.get("Id", event.get("id"))),
            "hub": {"Id": found.get("Id", ""), "ProductArn": found.get("ProductArn", "")},
            "type": str(found.get("Compliance", {}).get("SecurityControlId") or _first_type(found)),
            "title": str(found.get("Title", "")),
            "sample": found.get("Sample") is True
            or str(found.get("Title", "")).startswith("[SAMPLE]"),
            "detected": _moment(
                found.get("FirstObservedAt"), found.get("CreatedAt"), event.get("time")
            ),
            "updated": found.get("UpdatedAt", ""),
        }
    name = found.get("eventName") or event.get("detail-type", "event")
    return {
        "id": str(found.get("eventID") or event.get("id")),
        "type": str(name),
        "title": str(name),
        "sample": False,
        "detected": _moment(found.get("eventTime"), event.get("time")),
        "updated": "",
    }


def resources(event: State, type: str) -> list[State]:
    """Give the resources of a Security Hub finding that have a type, such as ``AwsS3Bucket``."""
    return [each for each in detail(event).get("Resources", []) if each.get("Type") == type]


def require(found: Said, what: str) -> Said:
    """Give what a finding has to say, or tell that it does not.

    Raises:
        NotForUs: when it is missing or empty.
    """
    if not found:
        raise NotForUs(f"the event does not say {what}")
    return found


def _product(arn: str) -> str:
    """Give the ARN of GuardDuty as a product of Security Hub, in the Region of a finding."""
    if not arn:
        return ""
    _, partition, _, region, *_ = f"{arn}::::".split(":")
    return f"arn:{partition}:securityhub:{region}::product/aws/guardduty"


def _sample(additional: State, title: str) -> bool:
    return str(additional.get("sample")).lower() == "true" or title.startswith("[SAMPLE]")


def _moment(*said: Said) -> str:
    """Give the first of some moments that is one; now where none is."""
    for each in said:
        try:
            datetime.fromisoformat(str(each))
        except ValueError:
            continue
        return str(each)
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _first_type(found: State) -> str:
    types = found.get("Types")
    return str(types[0]).rpartition("/")[2] if isinstance(types, list) and types else ""
