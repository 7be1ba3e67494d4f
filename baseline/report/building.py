"""Puts the report together from a configuration, and a cloud assembly where there is one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from baseline import __version__
from baseline.config import Configuration, Standalone
from baseline.controls.matrix import control_matrix
from baseline.cost import estimate
from baseline.delivery.scans.suppressions import read_suppressions
from baseline.guardrails.composition import Target, compose
from baseline.guardrails.values import roles_of
from baseline.report.accepted import accepted_of
from baseline.report.assembly import read_acknowledgements
from baseline.report.costs import cost_of
from baseline.report.exempt import exemptions_of
from baseline.report.flow_map import flow_map
from baseline.report.model import Report, Unit
from baseline.report.progress import frameworks_of, phases_of
from baseline.report.summary import facts_of
from baseline.report.tree import account_alone, guardrails_of, tree_of
from baseline.report.weaker import weaker_of

NOT_SYNTHESIZED = (
    "Which capabilities are on, their resources, and acknowledged findings: they stand in the cloud assembly. "
    "Run make synth, then name its folder with --assembly."
)


def build(
    configuration: Configuration | Standalone,
    *,
    name: str,
    date: dt.date,
    assembly: Path | None = None,
    suppressions: Iterable[Path] = (),
    folder: Path = Path(),
) -> Report:
    """Give the report of an organization, or of one account.

    Args:
        configuration: what is reported.
        name: what the page calls the configuration, such as ``baseline.yaml``.
        date: day of the report, from which days are counted.
        assembly: folder that the app wrote; without one the report says what it lacks.
        suppressions: files of accepted findings of scans.
        folder: where the repository is, in which ``delivery.suppressions`` names such a file, too.

    Raises:
        BaselineError: the assembly, a file of suppressions or a guardrail is not what it should be.
    """
    organization = configuration if isinstance(configuration, Configuration) else None
    acknowledgements = read_acknowledgements(assembly) if assembly else None
    files, lacking = _suppressions(organization, suppressions, folder)
    scanned = [row for file in files for row in read_suppressions(file, date)]
    targets = compose(organization) if organization else ()
    matrix, (stops, flows) = control_matrix(assembly), flow_map(configuration)
    report = Report(
        title=_title(configuration),
        profile="organization" if organization else "standalone",
        configuration=name,
        date=date.isoformat(),
        version=__version__,
        facts=(),
        missing=(*(() if assembly else (NOT_SYNTHESIZED,)), *lacking),
        root=_root(configuration, targets),
        guardrails=guardrails_of(targets),
        phases=phases_of(matrix),
        frameworks=frameworks_of(matrix),
        stops=stops,
        flows=flows,
        cost=cost_of(estimate(configuration)),
        accepted=accepted_of(configuration, scanned, date),
        weaker=weaker_of(configuration),
        exemptions=exemptions_of(targets, roles_of(organization)) if organization else (),
        acknowledgements=acknowledgements,
    )
    return replace(report, facts=facts_of(report, configuration.regions))


def _suppressions(
    organization: Configuration | None, given: Iterable[Path], folder: Path
) -> tuple[list[Path], tuple[str, ...]]:
    """Give the files of suppressions, that of the delivery included, and what is not there."""
    files = list(given)
    delivery = organization.delivery if organization else None
    if delivery is None or delivery.suppressions is None:
        return files, ()
    named = folder / delivery.suppressions
    if named in files:
        return files, ()
    if named.is_file():
        return [*files, named], ()
    lacking = f"Suppressions of scans: {named}, which delivery.suppressions names, is not there."
    return files, (lacking,)


def _title(configuration: Configuration | Standalone) -> str:
    if isinstance(configuration, Standalone):
        return f"account {configuration.account.id}"
    return f"organization {configuration.organization.id}"


def _root(configuration: Configuration | Standalone, targets: tuple[Target, ...]) -> Unit:
    if isinstance(configuration, Standalone):
        return account_alone(configuration)
    return tree_of(configuration, targets)
