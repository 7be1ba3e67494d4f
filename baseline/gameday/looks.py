"""Looks: has what is expected arrived? One function for each kind of expectation."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from botocore.exceptions import ClientError

from baseline.config import Names
from baseline.gameday import scenario as kinds
from baseline.gameday.actions.action import Place, code_of
from baseline.gameday.actions.experiments import ENDED
from baseline.gameday.listener import BUS, Listener
from baseline.gameday.scenario import filled

ANYWHERE = frozenset({"0.0.0.0/0", "::/0"})
LOOKED_AT = 20
DETAIL_LENGTH = 200
State = Literal["arrived", "waiting", "missing", "unexpected", "not deployed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a look found."""

    state: State
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What looks are made with.

    Attributes:
        place: where the scenario acted.
        names: physical names.
        listener: the inbox.
        refusals: what AWS said when it denied a step, by action.
        started: when the scenario started.
        bucket: name of the evidence bucket, found when it is needed.
    """

    place: Place
    names: Names
    listener: Listener
    refusals: dict[str, str]
    started: datetime
    bucket: Callable[[], str]

    def home(self, service: str) -> Any:  # noqa: ANN401 - boto3
        """Give a client of the security account at home."""
        return self.place.world.client(service, self.names.security, self.names.home_region)

    def texts(self, holds: tuple[str, ...]) -> tuple[str, ...]:
        """Give texts with the facts in them."""
        return tuple(filled(text, self.place.facts) for text in holds)


WAITING = Seen(state="waiting")


def look(view: View, expected: kinds.Expected) -> Seen:
    """Look once; what is not there yet may still come."""
    return _LOOKS[type(expected)](view, expected)


def title(expected: kinds.Expected, facts: dict[str, str]) -> tuple[str, str]:
    """Give what is expected and where, for people."""
    words, where = _TITLES[type(expected)](cast("Any", expected))
    return filled(words, facts), filled(where, facts)


def _message(view: View, expected: kinds.Message) -> Seen:
    said = view.listener.said(expected.severity, view.texts(expected.holds))
    return WAITING if said is None else _arrived(said.strip())


def _sample(view: View, expected: kinds.SampleEvent) -> Seen:
    said = view.listener.said(BUS, view.texts(expected.holds))
    return WAITING if said is None else _arrived("event on the bus")


def _silence(view: View, expected: kinds.Silence) -> Seen:
    heard = view.listener.told(view.texts(expected.holds))
    if heard is None:
        return WAITING
    said = heard.text.strip()[:DETAIL_LENGTH]
    return Seen(state="unexpected", detail=f"told as {heard.place}: {said}")


def _denied(view: View, expected: kinds.Denied) -> Seen:
    said = view.refusals.get(expected.step)
    if said is None:
        return Seen(state="missing", detail="AWS did what was asked")
    return _arrived(said)


def _port_closed(view: View, expected: kinds.PortClosed) -> Seen:
    group = filled(expected.group, view.place.facts)
    found = view.place.client("ec2").describe_security_groups(GroupIds=[group])
    rules = found["SecurityGroups"][0]["IpPermissions"]
    sources = {
        each.get("CidrIp") or each.get("CidrIpv6")
        for rule in rules
        for each in (*rule.get("IpRanges", ()), *rule.get("Ipv6Ranges", ()))
    }
    return WAITING if sources & ANYWHERE else _arrived(f"{group} lets nobody in from anywhere")


def _bucket_private(view: View, expected: kinds.BucketPrivate) -> Seen:
    bucket = filled(expected.bucket, view.place.facts)
    try:
        answer = view.place.client("s3").get_bucket_policy(Bucket=bucket)
    except ClientError as error:
        if code_of(error) != "NoSuchBucketPolicy":
            raise
        return _arrived("the bucket has no policy")
    for statement in json.loads(answer["Policy"])["Statement"]:
        if statement["Effect"] == "Allow" and statement["Principal"] in ("*", {"AWS": "*"}):
            return Seen(state="missing", detail="the policy lets everybody in")
    return _arrived("the policy lets nobody else in")


def _evidence(view: View, expected: kinds.Evidence) -> Seen:
    if expected.playbook is not None and not _has_machine(view, expected.playbook):
        return Seen(state="not deployed", detail=f"there is no playbook {expected.playbook}")
    s3, bucket = view.home("s3"), view.bucket()
    prefix, holds = filled(expected.prefix, view.place.facts), view.texts(expected.holds)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    new = [
        item["Key"]
        for page in pages
        for item in page.get("Contents", ())
        if item["LastModified"] >= view.started.replace(microsecond=0)
    ]
    for key in new:
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode(errors="replace")
        if all(one in text for one in holds):
            return _arrived(key)
    return WAITING


def _execution(view: View, expected: kinds.Execution) -> Seen:
    if not _has_machine(view, expected.playbook):
        return Seen(state="not deployed", detail=f"there is no playbook {expected.playbook}")
    states, holds = view.home("stepfunctions"), view.texts(expected.holds)
    arn = view.names.playbook_machine_arn(expected.playbook)
    listed = states.list_executions(stateMachineArn=arn, maxResults=LOOKED_AT)["executions"]
    for one in listed:
        if one["startDate"] < view.started or one["status"] not in expected.status:
            continue
        described = states.describe_execution(executionArn=one["executionArn"])
        if all(text in described.get("input", "") for text in holds):
            return _arrived(f"{one['name']}: {one['status']}")
    return WAITING


def _has_machine(view: View, playbook: str) -> bool:
    arn = view.names.playbook_machine_arn(playbook)
    try:
        view.home("stepfunctions").list_executions(stateMachineArn=arn, maxResults=1)
    except ClientError as error:
        if code_of(error) == "StateMachineDoesNotExist":
            return False
        raise
    return True


def _finding(view: View, expected: kinds.FindingKept) -> Seen:
    holds, hub = view.texts(expected.holds), view.home("securityhub")
    since = view.started.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    titles = [{"Value": holds[0], "Comparison": "PREFIX"}]
    filters = {"Title": titles, "UpdatedAt": [{"Start": since, "End": "2999-01-01T00:00:00.000Z"}]}
    for one in hub.get_findings(Filters=filters, MaxResults=100)["Findings"]:
        if all(text in one["Title"] for text in holds):
            return _arrived(one["Title"])
    return WAITING


def _experiment(view: View, expected: kinds.ExperimentEnded) -> Seen:
    found = view.place.client("fis").get_experiment(
        id=filled(expected.experiment, view.place.facts)
    )
    state = found["experiment"]["state"]
    if state["status"] == expected.status:
        return _arrived(str(state.get("reason", state["status"])))
    if state["status"] in ENDED:
        return Seen(state="missing", detail=f"{state['status']}: {state.get('reason', '')}")
    return WAITING


def _arrived(detail: str) -> Seen:
    return Seen(state="arrived", detail=detail[:DETAIL_LENGTH])


_LOOKS: dict[type[kinds.Expected], Callable[[View, Any], Seen]] = {
    kinds.BucketPrivate: _bucket_private,
    kinds.Denied: _denied,
    kinds.Evidence: _evidence,
    kinds.Execution: _execution,
    kinds.ExperimentEnded: _experiment,
    kinds.FindingKept: _finding,
    kinds.Message: _message,
    kinds.PortClosed: _port_closed,
    kinds.SampleEvent: _sample,
    kinds.Silence: _silence,
}

_TITLES: dict[type[kinds.Expected], Callable[[Any], tuple[str, str]]] = {
    kinds.BucketPrivate: lambda one: ("the bucket stays private", one.bucket),
    kinds.Denied: lambda one: (f"{one.step} is denied", "the call"),
    kinds.Evidence: lambda one: ("what happened is kept", f"evidence bucket, {one.prefix}"),
    kinds.Execution: lambda one: ("the playbook runs", f"playbook {one.playbook}"),
    kinds.ExperimentEnded: lambda one: (f"the experiment is {one.status}", one.experiment),
    kinds.FindingKept: lambda one: (f"a finding: {', '.join(one.holds)}", "Security Hub"),
    kinds.Message: lambda one: (f"people hear of {one.holds[0]}", f"topic {one.severity}"),
    kinds.PortClosed: lambda one: ("the port is closed", one.group),
    kinds.SampleEvent: lambda one: (f"an event: {one.holds[-1]}", "bus of the security account"),
    kinds.Silence: lambda one: (f"nobody hears of {one.holds[0]}", "all topics"),
}
