"""Poisoned events of playbooks: never another target, never a state without room, never silence
where somebody could still be contained."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from baseline.response.playbooks.catalog import PLAYBOOKS
from tests.faults.deliveries import HUGE, STRANGE, places, poisoned, sampled, with_value
from tests.unit.response import compute_world, data_events, incident_aws, machine

incidents = machine.index.incidents
findings = sys.modules["findings"]

EVENTS: dict[str, dict[str, Any]] = {
    "compromised-access-key": incident_aws.event("guardduty-iam-user"),
    "compromised-role-session": incident_aws.event("guardduty-assumed-role"),
    "root-use": incident_aws.event("root-sign-in"),
    "compromised-instance": compute_world.recorded("Backdoor:EC2/C&CActivity.B"),
    "exposed-bucket": data_events.event(data_events.names("exposed-bucket")[0]),
    "malware-object": data_events.event(data_events.names("malware-object")[0]),
    "exposed-database": data_events.event(data_events.names("exposed-database")[0]),
}
PLACES = {"account", "accountId", "recipientAccountId", "region", "awsRegion", "AwsAccountId"}
"""Parts that name the place: another one is another place, and none is told loudly."""
KINDS = {
    "Compliance",
    "SecurityControlId",
    "affectedAccount",
    "detail",
    "detail-type",
    "eventName",
    "eventSource",
    "type",
    "userType",
}
"""Parts that say what an event is: another one is for another playbook."""
BY_ID = {each.id: each for each in PLAYBOOKS}


class Reader:
    """Reads events as ``open`` does, without AWS."""

    def __init__(self, id: str) -> None:
        self.playbook = BY_ID[id]
        module = importlib.import_module(f"{self.playbook.family}_targets")
        self._find = getattr(module, id.replace("-", "_"))

    def incident(self, event: Any) -> dict[str, Any]:
        given = {"playbook": self.playbook.id, "event": event, "execution": "e", "started": "s"}
        found: dict[str, Any] = incidents._from_event(given, self._find)
        return found

    def incident_or_why(self, event: Any) -> dict[str, Any] | Exception:
        try:
            return self.incident(event)
        except Exception as error:  # noqa: BLE001 - whatever it is, the execution fails with it
            return error


@pytest.fixture(scope="module", autouse=True)
def _reading() -> Iterator[None]:
    settings = {
        each.id: {"title": each.title, "severity": each.severity, "mode": each.mode}
        for each in PLAYBOOKS
    }
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(machine.HANDLER))
        for key, value in machine.environment("data", settings).items():
            patched.setenv(key, value)
        # What cannot be looked at counts as public.
        data = importlib.import_module("data_targets")
        patched.setattr(data, "_looks", lambda *_: True)
        yield


def inside(document: Any, path: tuple[str | int, ...]) -> str:
    for step in path:
        document = document[step]
    return json.dumps(document)


def check(id: str, poison: Any) -> None:
    """Whatever is odd, it is the same incident, or none for a reason that can be named."""
    reader, event = Reader(id), EVENTS[id]
    right = reader.incident(event)
    paths = {".".join(map(str, path)): path for path in places(event)}
    name = right["target"].get("user") or right["target"].get("key") or right["target"]["id"]
    for said, strange in poison(event):
        path = paths[said.split(" missing", maxsplit=1)[0].split(" is ", maxsplit=1)[0]]
        held = inside(event, path)
        ids = {str(right["target"].get(key)) for key in ("id", "bucket", "version")} | {str(name)}
        essential = (
            bool({str(each) for each in path} & KINDS and path[-1] in KINDS)
            or path[-1] in PLACES
            or any(each in held for each in ids)
        )
        found = reader.incident_or_why(strange)
        if isinstance(found, Exception):
            # Quiet or loud, nobody is contained.
            assert essential, f"{id}: {said}: {found!r}"
            continue
        assert len(json.dumps(found)) < sys.modules["sizes"].INCIDENT_BYTES, said
        datetime.fromisoformat(found["detected"])
        if not essential:
            assert found["target"]["id"] == right["target"]["id"], said
            assert (found["account"], found["region"]) == (right["account"], right["region"]), said


@pytest.mark.parametrize("id", EVENTS)
def test_an_odd_part_holds_up_no_containment(id: str) -> None:
    check(id, sampled)


@pytest.mark.nightly
@pytest.mark.parametrize("id", EVENTS)
def test_no_odd_value_in_any_place_holds_up_a_containment(id: str) -> None:
    check(id, lambda event: poisoned(event, (*STRANGE, HUGE, -1, 1e300)))


@pytest.mark.parametrize("id", EVENTS)
def test_a_part_that_is_huge_leaves_room_for_what_is_done(id: str) -> None:
    """EventBridge takes 256 KiB; of them, the state of an execution keeps what is read."""
    reader, event = Reader(id), EVENTS[id]
    for path in places(event):
        if path[-1] in PLACES | KINDS:
            continue
        try:
            found = reader.incident(with_value(event, path, HUGE))
        except (findings.NotForUs, TypeError, ValueError):
            continue
        assert len(json.dumps(found)) < sys.modules["sizes"].INCIDENT_BYTES, path
