"""The open-port closer: revokes the ingress rules that let anybody reach a port for administrators.

It acts on what a security group is now, not on what the event says, so duplicates, late events and
changes in the meantime do no harm: a second look at a closed group finds nothing. One rule that
cannot be judged or revoked does not keep the others open. What a rule was is kept before it goes,
since the invocation after one that broke off finds it closed and has nothing to tell.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from port_events import Place, place_of
from port_exemption import exemption
from port_exposure import is_anywhere, open_ports, permission, source

logger = logging.getLogger()
logger.setLevel(logging.INFO)

RETRIES = Config(retries={"mode": "standard", "max_attempts": 8})
# Somebody else was quicker: the rule, or the whole group, is gone or another one.
GONE = frozenset(
    {
        "InvalidGroup.NotFound",
        "InvalidPermission.NotFound",
        "InvalidSecurityGroupRuleId.NotFound",
    }
)
EXISTS = "ConflictException"
SUBJECT_LENGTH = 100
MESSAGE_BYTES = 250_000
"""A message of SNS has at most 256 KiB."""

Client = Any  # boto3 clients have no published type
Entry = dict[str, Any]


def handler(event: dict[str, Any], context: Client) -> dict[str, Any]:
    """Look at the security groups that an event is about.

    Returns:
        What was found, one entry for each open rule, with what was done about it.

    Raises:
        RuntimeError: something could not be read, revoked, kept or told; the invocation is
            repeated, and the function's alarm tells of it.
    """
    place = place_of(event)
    if place is None:
        return {"entries": []}
    ec2 = _ec2(place)
    entries, problems = _survey(place, ec2, context.invoked_function_arn)
    if entries:
        _try(problems, "the evidence was not kept", lambda: _keep(place, entries))
        if _close_all(ec2, entries):
            _try(problems, "what was done was not kept", lambda: _keep(place, entries))
        _try(problems, "nobody was told", lambda: _tell(place, entries, problems))
    failed = [entry for entry in entries if entry["state"] in {"failed", "unknown"}]
    if failed:
        problems.insert(
            0, f"{len(failed)} of {len(entries)} open rules are still open: {failed[0]['reason']}"
        )
    if problems:
        raise RuntimeError("; ".join(problems))
    return {"entries": entries}


def _try(problems: list[str], said: str, action: Callable[[], None]) -> None:
    """Do something that may fail without keeping ports open or the rest from being done."""
    try:
        action()
    except (BotoCoreError, ClientError) as error:
        logger.exception("%s", said)
        problems.append(f"{said}: {error}")


def _survey(place: Place, ec2: Client, own_arn: str) -> tuple[list[Entry], list[str]]:
    """Find the open rules, and what could not be read; nothing changes here."""
    found: list[Entry] = []
    problems: list[str] = []
    _try(
        problems,
        "not every rule could be read",
        lambda: found.extend(_examine(place, ec2, own_arn, problems)),
    )
    return found, problems


def _examine(place: Place, ec2: Client, own_arn: str, problems: list[str]) -> Iterator[Entry]:
    ports = [int(port) for port in os.environ["PORTS"].split(",")]
    tags: dict[str, list[dict[str, str]]] = {}
    lists: dict[str, bool] = {}
    for rule in _rules(place, ec2):
        found = open_ports(rule, ports)
        group = rule["GroupId"]
        try:
            if not found or not _from_anywhere(rule, ec2, lists):
                continue
            if group not in tags:
                tags[group] = _group_tags(ec2, group)
        except (BotoCoreError, ClientError) as error:
            # It may be no open rule, or an exempt one: it is told and looked at again.
            logger.exception("%s cannot be judged", rule["SecurityGroupRuleId"])
            entry, _ = _judge(place, rule, found, [])
            yield entry | {"state": "unknown", "reason": str(error)}
            continue
        entry, until = _judge(place, rule, found, [*rule.get("Tags", []), *tags[group]])
        if until:
            ends = f"nothing closes {group} when its exemption ends"
            _try(problems, ends, partial(_look_again, place, group, until, own_arn))
        yield entry


def _close_all(ec2: Client, entries: list[Entry]) -> bool:
    """Revoke what is open and not exempt; tell whether there was anything."""
    if os.environ["MODE"] != "close":
        return False
    closing = [entry for entry in entries if entry["state"] == "found"]
    for entry in closing:
        logger.info("closing %s", json.dumps(entry["before"], default=str))
        entry.update(_close(ec2, entry["before"]))
    return bool(closing)


def _rules(place: Place, ec2: Client) -> Iterator[Entry]:
    filters = [{"Name": "group-id", "Values": list(place.groups)}] if place.groups else []
    for page in ec2.get_paginator("describe_security_group_rules").paginate(Filters=filters):
        for rule in page["SecurityGroupRules"]:
            if rule["IsEgress"]:
                continue
            if not place.prefix_lists or rule.get("PrefixListId") in place.prefix_lists:
                yield rule


def _from_anywhere(rule: Entry, ec2: Client, lists: dict[str, bool]) -> bool:
    if "PrefixListId" not in rule:
        cidr = rule.get("CidrIpv4") or rule.get("CidrIpv6")
        return bool(cidr) and is_anywhere(cidr)
    name = rule["PrefixListId"]
    if name not in lists:
        pages = ec2.get_paginator("get_managed_prefix_list_entries").paginate(PrefixListId=name)
        lists[name] = any(is_anywhere(entry["Cidr"]) for page in pages for entry in page["Entries"])
    return lists[name]


def _group_tags(ec2: Client, group: str) -> list[dict[str, str]]:
    found = ec2.describe_security_groups(Filters=[{"Name": "group-id", "Values": [group]}])
    return [tag for each in found["SecurityGroups"] for tag in each.get("Tags", [])]


def _judge(
    place: Place, rule: Entry, found: list[int], tags: list[dict[str, str]]
) -> tuple[Entry, datetime | None]:
    """Describe an open rule, and give the end of its exemption if it has one."""
    now = datetime.now(UTC)
    exempt = exemption(
        tags, key=os.environ["EXEMPTION_TAG"], days=int(os.environ["EXEMPTION_DAYS"]), now=now
    )
    reason = f"until {exempt.until:%Y-%m-%d %H:%M} UTC" if exempt.until else exempt.refused
    entry: Entry = {
        "account": place.account,
        "region": place.region,
        "group": rule["GroupId"],
        "rule": rule["SecurityGroupRuleId"],
        "ports": found,
        "source": source(rule),
        "state": "exempt" if exempt.until else "found",
        "reason": reason,
        "before": rule,
        "time": now.isoformat(timespec="milliseconds"),
        "cause": place.cause,
    }
    return entry, exempt.until


def _close(ec2: Client, rule: Entry) -> Entry:
    try:
        ec2.revoke_security_group_ingress(GroupId=rule["GroupId"], IpPermissions=[permission(rule)])
    except (BotoCoreError, ClientError) as error:
        if isinstance(error, ClientError) and error.response["Error"]["Code"] in GONE:
            return {"state": "gone"}
        logger.exception("%s stays open", rule["SecurityGroupRuleId"])
        return {"state": "failed", "reason": str(error)}
    return {"state": "closed"}


def _look_again(place: Place, group: str, until: datetime, own_arn: str) -> None:
    """Come back when the exemption ends; one schedule for each group and day."""
    again = {
        "account": place.account,
        "region": place.region,
        "group": group,
        "until": until.isoformat(),
    }
    try:
        _client("scheduler").create_schedule(
            Name=f"{place.account}-{group}-{until:%Y%m%d}",
            GroupName=os.environ["SCHEDULE_GROUP"],
            ScheduleExpression=f"at({until:%Y-%m-%dT%H:%M:%S})",
            ScheduleExpressionTimezone="UTC",
            FlexibleTimeWindow={"Mode": "OFF"},
            ActionAfterCompletion="DELETE",
            Target={
                "Arn": own_arn,
                "RoleArn": os.environ["SCHEDULE_ROLE"],
                "Input": json.dumps({"recheck": again}),
            },
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != EXISTS:
            raise


def _keep(place: Place, entries: list[Entry]) -> None:
    first = entries[0]
    key = f"open-ports/{place.account}/{place.region}/{first['time']}-{first['rule']}.json"
    _client("s3").put_object(
        Bucket=os.environ["EVIDENCE_BUCKET"],
        Key=key,
        Body=json.dumps(entries, indent=2, default=str).encode(),
        ContentType="application/json",
    )
    logger.info("kept %s", key)


def _tell(place: Place, entries: list[Entry], problems: list[str]) -> None:
    lines = [
        f"Account {place.account}, Region {place.region}.",
        f"Cause: {place.cause.get('eventName')} by {place.cause.get('principal') or 'unknown'}.",
        "",
    ]
    for entry in entries:
        ports = ", ".join(str(port) for port in entry["ports"])
        state = {
            "closed": "was open and is closed now",
            "found": "is OPEN; the closer only reports",
            "exempt": "stays open, exempt",
            "gone": "was open and is gone already",
            "failed": "is STILL OPEN",
            "unknown": "may be OPEN, and cannot be judged",
        }[entry["state"]]
        reason = f" ({entry['reason']})" if entry["reason"] else ""
        lines.append(
            f"{entry['group']} {entry['rule']}: port {ports} from {entry['source']} {state}{reason}."
        )
    lines += [
        *([""] if problems else []),
        *(f"Problem: {problem}." for problem in problems),
        "",
        "What to do: reach the machine through Session Manager, which needs no open port.",
    ]
    _client("sns").publish(
        TopicArn=os.environ["TOPIC_ARN"],
        Subject=f"Open port in account {place.account}, {place.region}"[:SUBJECT_LENGTH],
        Message="\n".join(lines).encode()[:MESSAGE_BYTES].decode(errors="ignore"),
    )


@cache
def _client(service: str) -> Client:
    return boto3.client(service, config=RETRIES)


def _ec2(place: Place) -> Client:
    role = f"arn:{os.environ['PARTITION']}:iam::{place.account}:role/{os.environ['ROLE']}"
    session = _client("sts").assume_role(RoleArn=role, RoleSessionName="open-port-closer")
    found = session["Credentials"]
    return boto3.client(
        "ec2",
        region_name=place.region,
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found["SessionToken"],
        config=RETRIES,
    )
