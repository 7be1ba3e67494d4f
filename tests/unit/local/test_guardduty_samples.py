"""Sample findings of GuardDuty, as the embedded AWS makes them."""

from __future__ import annotations

import importlib
from collections import defaultdict
from types import SimpleNamespace
from typing import Any, cast

import pytest

from baseline.local import internal
from baseline.local.backends import events, registry, state
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

importlib.import_module("baseline.local.backends.guardduty_samples")

BACKDOOR = "Backdoor:EC2/C&CActivity.B"


class Told:
    """What was put on the bus, and into Security Hub."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.imported: list[dict[str, Any]] = []


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    made = Told()

    def take(**given: Any) -> None:
        made.imported.extend(given["Findings"])

    client = SimpleNamespace(
        list_detectors=lambda: {"DetectorIds": ["d1"]},
        batch_import_findings=take,
    )
    monkeypatch.setattr(state, "_STATE", defaultdict(dict))
    monkeypatch.setattr(internal, "client", lambda *_: client)
    monkeypatch.setattr(events, "emit", made.events.append)
    return made


def call(operation: str, **parameters: Any) -> dict[str, Any]:
    request = SimpleNamespace(
        account="333333333333",
        region="eu-west-1",
        service="guardduty",
        operation=operation,
        parameters={"DetectorId": "d1", **parameters},
        is_root=False,
    )
    answer = registry.answer_to(cast("ApiRequest", request))
    assert answer is not None
    return answer(cast("ApiRequest", request))


def listed(*, archived: str) -> list[str]:
    criteria = {"Criterion": {"service.archived": {"Equals": [archived]}}}
    found: list[str] = call("ListFindings", FindingCriteria=criteria)["FindingIds"]
    return found


def test_a_sample_is_marked_wherever_it_arrives(told: Told) -> None:
    call("CreateSampleFindings", FindingTypes=[BACKDOOR])

    by_source = {one["source"]: one["detail"] for one in told.events}
    assert by_source["aws.guardduty"]["title"] == f"[SAMPLE] {BACKDOOR}"
    assert by_source["aws.guardduty"]["service"]["additionalInfo"]["sample"] is True
    assert by_source["aws.securityhub"]["findings"] == told.imported
    assert told.imported[0]["Sample"] is True
    assert told.imported[0]["Title"].startswith("[SAMPLE]")


def test_an_archived_sample_is_archived_in_security_hub_too(told: Told) -> None:
    call("CreateSampleFindings", FindingTypes=[BACKDOOR])
    (identifier,) = listed(archived="false")

    call("ArchiveFindings", FindingIds=[identifier, "unknown"])

    assert listed(archived="false") == []
    assert listed(archived="true") == [identifier]
    assert [one["RecordState"] for one in told.imported] == ["ACTIVE", "ARCHIVED"]
    (found,) = call("GetFindings", FindingIds=[identifier])["Findings"]
    assert (found["Type"], found["Service"]["Archived"]) == (BACKDOOR, True)


def test_without_types_or_detector_nothing_is_made(told: Told) -> None:
    with pytest.raises(ServiceError, match="finding types"):
        call("CreateSampleFindings")
    with pytest.raises(ServiceError, match="not this account's"):
        call("CreateSampleFindings", FindingTypes=[BACKDOOR], DetectorId="other")
    assert told.events == []
