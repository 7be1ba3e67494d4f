"""What GuardDuty leaves out is known, narrow and for a time; lists hold what it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from baseline.config.finding import Finding, Path
from baseline.config.guardduty import LONGEST_SUPPRESSION_DAYS, OPERATORS, known_criteria
from baseline.config.regions import table
from baseline.config.text import listed, show, suggestion
from baseline.config.view import View
from baseline.detection.entity_lists import in_both, problems

SECTION: Path = ("capabilities", "guardduty")
TUNING: Path = (*SECTION, "tuning")
SUPPRESSIONS: Path = (*TUNING, "suppressions")
SEQUENCES = "AttackSequence:"


def today() -> date:
    """Give the day that suppressions are measured against."""
    return date.today()  # noqa: DTZ011 - a day, wherever the reader is


def suppressions_end(view: View) -> Iterator[Finding]:
    """No suppression has expired, and none lasts for more than a year."""
    yield from end(view, SUPPRESSIONS)


def end(view: View, suppressions: Path) -> Iterator[Finding]:
    """Find suppressions that have expired, or that last for more than a year.

    Args:
        view: the configuration.
        suppressions: the section that has them by name, each with ``expires``.
    """
    for name in view.keys(*suppressions):
        place = (*suppressions, name, "expires")
        expires = _day(view.get(place))
        if expires is None:
            continue
        if expires <= today():
            yield Finding(
                place,
                f"{expires} is over; remove the suppression, or give it a new day if its reason still holds",
            )
        elif expires > today() + timedelta(days=LONGEST_SUPPRESSION_DAYS):
            yield Finding(
                place,
                f"{expires} is more than {LONGEST_SUPPRESSION_DAYS} days away; choose a day within a year, to look at it again",
            )


def suppressions_are_narrow(view: View) -> Iterator[Finding]:
    """A suppression names the type of the finding and what makes this one harmless."""
    for name in view.keys(*SUPPRESSIONS):
        place = (*SUPPRESSIONS, name, "criteria")
        fields = view.keys(*place)
        for field in fields:
            if field not in known_criteria():
                yield Finding(
                    (*place, field),
                    f"no field of a finding; {suggestion(field, sorted(known_criteria()))}",
                )
            else:
                yield from _operators(view, (*place, field))
        if not fields:
            continue
        types = [text for _, text in view.items(*place, "type", "equals")]
        if not types:
            yield Finding(
                place,
                "names no type; write type: {equals: [...]} with what is harmless",
                rests_on=((*place, "type"),),
            )
        elif len(fields) == 1:
            yield Finding(
                place,
                "would hide every finding of the type; name what makes these harmless, such as resource.instanceDetails.tags.value",
            )
        for text in types:
            if text.startswith(SEQUENCES):
                yield Finding(
                    (*place, "type"), f"{show(text)} is an attack in progress; none is suppressed"
                )


def lists_hold_what_guardduty_takes(view: View) -> Iterator[Finding]:
    """Each file has entries that GuardDuty takes; nothing is trusted and malicious at once."""
    trusted = view.text(*TUNING, "trusted_list")
    if trusted is not None:
        for problem in problems(trusted, trusted=True):
            yield Finding((*TUNING, "trusted_list"), problem)
    for name in view.keys(*TUNING, "threat_lists"):
        place = (*TUNING, "threat_lists", name)
        file = view.text(*place)
        if file is None:
            continue
        for problem in problems(file, trusted=False):
            yield Finding(place, problem)
        both = in_both(trusted, file) if trusted is not None else []
        if both:
            yield Finding(
                place,
                f"{listed(both)} stands in the trusted list too, which takes precedence; remove it from one",
            )


def findings_can_be_exported(view: View) -> Iterator[Finding]:
    """A bucket in a Region that has to be enabled takes no findings of other Regions."""
    home = table().get(view.text("home_region") or "")
    if home is None or not home.opt_in or not view.enabled(*SECTION, "enabled"):
        return
    others = [name for _, name in view.items("regions") if name != home.name]
    if others and (view.text(*TUNING, "export") or "governed") == "governed":
        yield Finding(
            (*TUNING, "export"),
            f"GuardDuty exports from {listed(others)} to no bucket in {home.name}, which has to be enabled; set export: home",
        )


def are_in_use(view: View) -> Iterator[Finding]:
    """Nobody relies on a suppression or list of a service that is off."""
    if view.enabled(*SECTION, "enabled"):
        return
    for key in ("suppressions", "trusted_list", "threat_lists"):
        if view.get((*TUNING, key)):
            yield Finding(
                (*TUNING, key),
                "GuardDuty is off; set capabilities.guardduty.enabled: true, or remove this",
            )


def _operators(view: View, place: Path) -> Iterator[Finding]:
    criterion = view.get(place)
    if not isinstance(criterion, Mapping):
        return
    if not set(criterion) & set(OPERATORS):
        yield Finding(place, f"says nothing; use one of {listed(OPERATORS)}")
    for at, pattern in view.items(*place, "matches"):
        if not pattern.strip("*?"):
            yield Finding(at, f"{show(pattern)} matches everything; write what is meant")


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None  # the type's own finding
