"""Runs all checks and puts their findings in order, those that are in the way first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from baseline.live.reader import Unknown
from baseline.preflight.checks import (
    accounts,
    administrators,
    bootstrap,
    control_tower,
    detection,
    names,
    organization,
    people,
    policies,
    quotas,
    records,
    settings,
)
from baseline.preflight.finding import Finding, Verdict
from baseline.preflight.look import Look

Check = Callable[[Look], Iterator[Finding]]

CHECKS: Final[tuple[tuple[str, Check], ...]] = (
    ("organization", organization.identity),
    ("features", organization.feature_set),
    ("resource policy", organization.resource_policy),
    ("units", organization.units),
    ("accounts", accounts.known),
    ("accounts without a name", accounts.unnamed),
    ("delegated administrators", administrators.delegated),
    ("administrators by Region", administrators.regional),
    ("policies", policies.slots),
    ("Control Tower", control_tower.landing_zone),
    ("Control Tower's trusted access", control_tower.trusted_access),
    ("Control Tower's baselines", control_tower.baselines),
    ("StackSets", control_tower.stack_sets),
    ("trails", records.trails),
    ("recorders", records.recorders),
    ("detectors", detection.detectors),
    ("Security Hub", detection.hub),
    ("analyzers", detection.analyzers),
    ("Identity Center", people.identity_center),
    ("emergency role", people.emergency_role),
    ("roles of teams", people.team_roles),
    ("Regions", settings.regions),
    ("volumes", settings.volumes),
    ("sessions", settings.sessions),
    ("bootstrap", bootstrap.state),
    ("quotas", quotas.resources),
    ("quota of accounts", quotas.accounts),
    ("concurrency", quotas.concurrency),
    ("stacks", names.stacks),
    ("StackSets of ours", names.stack_sets),
    ("names", names.resources),
    ("names of policies", names.policies),
)
"""Every check of an organization, by what it looks at."""

_ALONE: Final = frozenset(
    {"trails", "recorders", "detectors", "Security Hub", "analyzers", "emergency role", "Regions"}
    | {"volumes", "sessions", "bootstrap", "quotas", "concurrency", "stacks", "names"}
)
ALONE: Final[tuple[tuple[str, Check], ...]] = (
    ("organization", organization.membership),
    *(check for check in CHECKS if check[0] in _ALONE),
)
"""Every check of an account without an organization."""

_AT_ONCE = 6  # calls wait for the network; Organizations allows a few a second


def preflight(
    look: Look,
    *,
    closed: Iterable[Finding] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> list[Finding]:
    """Run all checks.

    Args:
        look: What is looked at.
        closed: Accounts that could not be opened.
        progress: Told the name of each check when it is done.

    Raises:
        LiveError: The credentials expired meanwhile.
    """

    def run(check: tuple[str, Check]) -> list[Finding]:
        found = list(check[1](look))
        progress(check[0])
        return found

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        found = [
            finding
            for each in pool.map(run, ALONE if look.standalone else CHECKS)
            for finding in each
        ]
    found += [*closed, *_unknown(look)]
    if look.expected is None:
        found.append(_without_assembly())
    unique = {repr(finding): finding for finding in found}
    return sorted(unique.values(), key=lambda finding: finding.order)


def _unknown(look: Look) -> Iterator[Finding]:
    """Say what could not be read, the Regions of an action together."""
    grouped: dict[tuple[str, str, str], list[Unknown]] = {}
    for account, reader in look.readers.items():
        for unknown in reader.unknown:
            grouped.setdefault((account, unknown.action, unknown.reason), []).append(unknown)
    for (account, action, reason), rows in grouped.items():
        regions = ", ".join(sorted({row.region for row in rows if row.region}))
        said = str(rows[0]).partition(": ")[2]
        yield Finding(
            check=f"unknown.{reason}",
            verdict=Verdict.UNKNOWN,
            place=look.place(account, regions),
            message=f"{action}: {said}",
        )


def _without_assembly() -> Finding:
    return Finding(
        check="unknown.assembly",
        verdict=Verdict.UNKNOWN,
        message="names and quotas were not compared: there is no cloud assembly; synthesize one, or name it "
        "with --assembly",
        commands=("npx cdk synth -q",),
    )
