"""Patching: rules that the operating system knows, and windows that end after they began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from zoneinfo import available_timezones

from baseline.config.finding import Finding, Path
from baseline.config.patching import Patching, PatchWindow, System, systems
from baseline.config.text import listed, show, suggestion
from baseline.config.view import View

PLACE: Path = ("patching",)
BASELINES: Path = (*PLACE, "baselines")
WINDOWS: Path = (*PLACE, "windows")


def rules_say_what_the_system_knows(view: View) -> Iterator[Finding]:
    """Classifications and severities are those of the operating system, and so are the days."""
    for name in view.keys(*BASELINES):
        system = systems().get(name)
        rules = view.get((*BASELINES, name, "rules"))
        for index in range(len(rules)) if system and isinstance(rules, list | tuple) else ():
            yield from _rule(view, (*BASELINES, name, "rules", index), name, systems()[name])


def baselines_are_made(view: View) -> Iterator[Finding]:
    """Whoever describes a baseline gets it, and no patch is approved and rejected at once."""
    chosen = view.get((*PLACE, "operating_systems"))
    named = [name for _, name in view.items(*PLACE, "operating_systems")]
    made = named if isinstance(chosen, list | tuple) else _default("operating_systems")
    for name in view.keys(*BASELINES):
        place = (*BASELINES, name)
        if name in systems() and name not in made:
            yield Finding(place, f"is not in operating_systems [{listed(made)}]; add it there")
        rejected = view.keys(*place, "rejected")
        for patch in view.keys(*place, "approved"):
            if patch in rejected:
                yield Finding(
                    (*place, "approved", patch),
                    "stands in rejected too, which wins; remove one of them",
                )


def windows_end_after_they_began(view: View) -> Iterator[Finding]:
    """The cut-off leaves time to install something, and the time zone exists."""
    for name in view.keys(*WINDOWS):
        place = (*WINDOWS, name)
        duration = view.number(*place, "duration_hours", default=_hours("duration_hours"))
        cutoff = view.number(*place, "cutoff_hours", default=_hours("cutoff_hours"))
        if duration is not None and cutoff is not None and cutoff >= duration:
            said = "cutoff_hours" if view.get((*place, "cutoff_hours")) else "duration_hours"
            yield Finding(
                (*place, said),
                f"the cut-off of {cutoff} hours is not less than the duration of {duration}; nothing "
                "would ever be installed",
            )
        zone = view.text(*place, "timezone")
        zones = _zones() if zone is not None else frozenset()
        # A system without the database of time zones cannot tell.
        if zone is not None and zones and zone not in zones:
            yield Finding(
                (*place, "timezone"), f"{show(zone)} is not a time zone; {suggestion(zone, zones)}"
            )


def installing_has_windows(view: View) -> Iterator[Finding]:
    """Installing happens in a window; on all machines in one, whose hours are those of UTC."""
    install = view.get((*PLACE, "install")) or _default("install")
    windows = view.get(WINDOWS)
    names = view.keys(*WINDOWS) if isinstance(windows, Mapping) else list(_default("windows"))
    if install == "tagged" and not names:
        yield Finding(WINDOWS, "there is none to install in; name one, or set install: none")
    if install != "all":
        return
    if len(names) != 1:
        yield Finding(
            WINDOWS,
            f"install: all has one window for every machine, here are {len(names)}; leave one, or set "
            "install: tagged",
        )
    for name in names:
        zone = view.text(*WINDOWS, name, "timezone")
        if zone is not None and zone != "UTC":
            yield Finding(
                (*WINDOWS, name, "timezone"),
                f"install: all runs by State Manager, which knows UTC only, not {show(zone)}; give the "
                "hour in UTC, or set install: tagged",
            )


def _rule(view: View, place: Path, name: str, system: System) -> Iterator[Finding]:
    if not view.items(*place, "classifications") and not view.items(*place, "severities"):
        yield Finding(
            place,
            f"approves whatever there is; name {'classifications or ' * bool(system.classifications)}severities",
            rests_on=((*place, "classifications"), (*place, "severities")),
        )
    for key, known in (
        ("classifications", system.classifications),
        ("severities", system.severities),
    ):
        for where, word in view.items(*place, key):
            if not known:
                yield Finding(where, f"patches of {name} have no {key}; name severities")
            elif word not in known:
                yield Finding(
                    where,
                    f"{show(word)} is not among the {key} of {name}; {suggestion(word, known)}",
                )
    days = view.number(*place, "days", default=0)
    if days and not system.dated:
        yield Finding(
            (*place, "days"),
            f"patches of {name} have no date of release to count {days} days from; write 0",
        )


def _default(key: str) -> tuple[str, ...]:
    value = Patching.model_fields[key].get_default(call_default_factory=True)
    return value if isinstance(value, str) else tuple(value)  # type: ignore[return-value]


def _hours(key: str) -> int:
    return int(PatchWindow.model_fields[key].default)


@cache
def _zones() -> frozenset[str]:
    """Give the names of time zones: 600 files are opened to find them, so only where one is named."""
    return frozenset(available_timezones())
