"""What Inspector leaves out is narrow and for a time; what it scans, it can scan."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config.checks import guardduty
from baseline.config.finding import Finding, Path
from baseline.config.regions import CODE_SECURITY, INSPECTOR, code_regions, table
from baseline.config.text import listed, show
from baseline.config.view import View

SECTION: Path = ("capabilities", "inspector")
SUPPRESSIONS: Path = (*SECTION, "suppressions")
# What makes a suppression narrow: without one of them it would hide a whole account or severity.
NARROW = (
    "vulnerabilities",
    "packages",
    "titles",
    "resources",
    "tags",
    "repositories",
    "functions",
)


def suppressions_end(view: View) -> Iterator[Finding]:
    """No suppression has expired, and none lasts for more than a year."""
    yield from guardduty.end(view, SUPPRESSIONS)


def suppressions_are_narrow(view: View) -> Iterator[Finding]:
    """A suppression names what is harmless, or where; never a whole account or severity."""
    for name in view.keys(*SUPPRESSIONS):
        place: Path = (*SUPPRESSIONS, name)
        if not any(view.get((*place, key)) for key in NARROW):
            yield Finding(
                place,
                f"would hide every finding of an account or severity; name one of {listed(NARROW)}",
            )
        if view.get((*place, "exploit_available")) is True:
            yield Finding(
                (*place, "exploit_available"),
                "hides what attackers use; leave out what has an exploit, or suppress only false",
            )


def are_in_use(view: View) -> Iterator[Finding]:
    """Nobody relies on a suppression or scan of a service that is off."""
    if view.get((*SECTION, "enabled")) is True:
        return
    for key in ("suppressions", "cis_scans", "package_paths", "accepted_gaps"):
        if view.get((*SECTION, key)):
            yield Finding(
                (*SECTION, key),
                "Inspector is off; set capabilities.inspector.enabled: true, or remove this",
            )


def scans_have_what_they_need(view: View) -> Iterator[Finding]:
    """A kind of scan that rests on another has it; what only that kind uses is not set without it."""
    if _is(view, "function_code", default=False) and not _is(view, "functions"):
        yield Finding(
            (*SECTION, "function_code"),
            "code of functions is scanned with their dependencies; set functions: true",
        )
    for key in ("cis_scans", "package_paths"):
        if view.get((*SECTION, key)) and not _is(view, "instances"):
            yield Finding(
                (*SECTION, key), "is about instances, which are not scanned; set instances: true"
            )
    github: Path = (*SECTION, "code_scan", "github")
    if view.get(github) and not _is(view, "repositories", default=False):
        yield Finding(github, "repositories are not scanned; set repositories: true")


def are_offered(view: View) -> Iterator[Finding]:
    """CloudFormation, and with it the service, has what is wanted in every governed Region."""
    if view.get((*SECTION, "enabled")) is not True:
        return
    for path, name in view.items("regions"):
        region = table().get(name)
        for key, kinds in INSPECTOR.items():
            lacking = [kind for kind in kinds if region is not None and kind in region.missing]
            if lacking and view.get((*SECTION, key)):
                yield Finding(
                    path,
                    f"CloudFormation has no {listed(lacking)} in {show(name)}; leave the Region "
                    f"out, or remove capabilities.inspector.{key}",
                )
    home = view.text("home_region") or ""
    if _is(view, "repositories", default=False) and home in table() and not code_regions([home]):
        yield Finding(
            (*SECTION, "repositories"),
            f"Inspector does not scan code repositories from {home} (CloudFormation has no "
            f"{listed(CODE_SECURITY)}); set it to false, or choose another home Region",
        )


def _is(view: View, key: str, *, default: bool = True) -> bool:
    value = view.get((*SECTION, key))
    return value is True if value is not None else default
