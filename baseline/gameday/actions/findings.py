"""Sample findings of GuardDuty, which belong to no resource."""

from __future__ import annotations

from baseline.errors import BaselineError
from baseline.gameday.actions.action import Action, Place

PAGE = 50
"""Findings that GuardDuty takes in one call."""


def create_samples(place: Place, *, types: list[str]) -> None:
    """Make one sample finding of each type, in the account that administers GuardDuty."""
    guardduty = place.client("guardduty")
    detectors = guardduty.list_detectors()["DetectorIds"]
    if not detectors:
        raise BaselineError(
            f"account {place.account} has no detector in {place.region}; deploy the baseline, or "
            "leave the scenario out"
        )
    place.note(detector=detectors[0], types=",".join(types))
    guardduty.create_sample_findings(DetectorId=detectors[0], FindingTypes=types)


def archive_samples(place: Place) -> None:
    """Archive the samples of these types, in Security Hub too, and nothing else."""
    guardduty, detector = place.client("guardduty"), place.facts["detector"]
    criterion = {
        "type": {"Equals": place.facts["types"].split(",")},
        "service.archived": {"Equals": ["false"]},
    }
    found = guardduty.list_findings(
        DetectorId=detector, FindingCriteria={"Criterion": criterion}, MaxResults=PAGE
    )["FindingIds"]
    if not found:
        return
    findings = guardduty.get_findings(DetectorId=detector, FindingIds=found)["Findings"]
    samples = [each["Id"] for each in findings if each["Title"].startswith("[SAMPLE]")]
    if samples:
        guardduty.archive_findings(DetectorId=detector, FindingIds=samples)


CREATE_SAMPLES = Action(
    name="create-sample-findings",
    run=create_samples,
    says="makes sample findings of GuardDuty",
    requires=frozenset({"types"}),
    gives=frozenset({"detector", "types"}),
)
ARCHIVE_SAMPLES = Action(
    name="archive-sample-findings",
    run=archive_samples,
    says="archives the sample findings",
    after=frozenset({"detector"}),
)
