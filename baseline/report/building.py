"""Puts the report together from a configuration, and a cloud assembly where there is one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from baseline import __version__
from baseline.config import Configuration
from baseline.controls.matrix import Matrix, control_matrix
from baseline.cost import estimate
from baseline.delivery.scans.suppressions import read_suppressions
from baseline.guardrails.composition import compose
from baseline.guardrails.values import roles_of
from baseline.report.accepted import accepted_of
from baseline.report.assembly import Synthesized, read_synthesized
from baseline.report.costs import cost_of
from baseline.report.exempt import exemptions_of
from baseline.report.flow_map import flow_map
from baseline.report.model import Report
from baseline.report.progress import phases_of, requirements_of
from baseline.report.summary import facts_of
from baseline.report.tree import guardrails_of, tree_of
from baseline.report.weaker import weaker_of


def build(
    configuration: Configuration,
    *,
    name: str,
    date: dt.date,
    assembly: Path | None = None,
    suppressions: Iterable[Path] = (),
) -> Report:
    """Give the report of an organization.

    Args:
        configuration: the organization.
        name: what the page calls the configuration, such as ``baseline.yaml``.
        date: day of the report, from which days are counted.
        assembly: folder that the app wrote; without one the report says what it lacks.
        suppressions: files of accepted findings of scans.

    Raises:
        BaselineError: the assembly or a file of suppressions is not what it should be.
    """
    synthesized = read_synthesized(assembly) if assembly else None
    matrix = control_matrix(assembly)
    return _report(
        configuration, matrix, synthesized, name=name, date=date, suppressions=suppressions
    )


def _report(
    configuration: Configuration,
    matrix: Matrix,
    synthesized: Synthesized | None,
    *,
    name: str,
    date: dt.date,
    suppressions: Iterable[Path],
) -> Report:
    targets = compose(configuration)
    stops, flows = flow_map(configuration)
    scanned = [row for file in suppressions for row in read_suppressions(file, date)]
    phases, cost = phases_of(matrix), cost_of(estimate(configuration))
    root, accepted = tree_of(configuration, targets), accepted_of(configuration, scanned, date)
    weaker, guardrails = weaker_of(configuration), guardrails_of(targets)
    return Report(
        title=f"organization {configuration.organization.id}",
        profile="organization",
        configuration=name,
        date=date.isoformat(),
        version=__version__,
        facts=facts_of(
            configuration.regions,
            root=root,
            guardrails=guardrails,
            phases=phases,
            cost=cost,
            accepted=accepted,
            weaker=weaker,
        ),
        missing=_missing(synthesized),
        root=root,
        guardrails=guardrails,
        phases=phases,
        requirements=requirements_of(matrix),
        stops=stops,
        flows=flows,
        cost=cost,
        accepted=accepted,
        weaker=weaker,
        exemptions=exemptions_of(targets, roles_of(configuration)),
        acknowledgements=synthesized.acknowledgements if synthesized else None,
    )


def _missing(synthesized: Synthesized | None) -> tuple[str, ...]:
    if synthesized is not None:
        return ()
    return (
        "Which capabilities are on, their resources, and acknowledged findings: they stand in the cloud assembly. "
        "Run `make synth`, then name its folder with --assembly.",
    )
