"""`baseline cost`: what a configuration costs a month, before it is deployed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baseline.errors import BaselineError

if TYPE_CHECKING:
    from baseline.config import Configuration, Standalone
    from baseline.cost import Assumptions, Estimate
    from baseline.cost.footprint import Footprint

TOO_MUCH = 1
WRONG_INPUT = 2


def cost(
    file: Annotated[Path, typer.Argument(help="The configuration.", show_default=True)] = Path(
        "baseline.yaml"
    ),
    *,
    assume: Annotated[
        list[str] | None,
        typer.Option(
            "--assume", metavar="NAME=VALUE", help="Another assumption, such as accounts=200."
        ),
    ] = None,
    assumptions: Annotated[
        Path | None, typer.Option("--assumptions", help="YAML file with assumptions by name.")
    ] = None,
    assembly: Annotated[
        Path | None,
        typer.Option("--assembly", help="Count resources in what `cdk synth` wrote from the file."),
    ] = None,
    compare: Annotated[
        Path | None, typer.Option("--compare", help="Another configuration: what differs.")
    ] = None,
    at_most: Annotated[
        float | None,
        typer.Option("--at-most", min=0, help="End with 1 above this sum, in US dollars a month."),
    ] = None,
    lines: Annotated[bool, typer.Option("--lines", help="Show every line.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Estimate a month's cost by capability, class of accounts and Region. No credentials, no network.

    Exit status: 0 estimated, 1 more than --at-most, 2 wrong input.
    """
    try:
        chosen = _assumptions(assume or [], assumptions)
        found = _estimate(file, chosen, assembly)
        other = None if compare is None else _estimate(compare, chosen, None)
    except BaselineError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_INPUT) from None
    if other is None:
        _show(found, lines=lines, as_json=as_json)
    else:
        _show_change(found, other, names=(str(file), str(compare)), as_json=as_json)
    total = (other or found).total
    if at_most is not None and total > at_most:
        typer.echo(f"{total:,.2f} a month is more than {at_most:,.2f}", err=True)
        raise typer.Exit(TOO_MUCH)


def _show(found: Estimate, *, lines: bool, as_json: bool) -> None:
    from baseline.cli.cost_tables import screen, show_estimate  # noqa: PLC0415 - Rich is slow to load

    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=2))
    else:
        show_estimate(screen(), found, lines=lines)


def _show_change(
    found: Estimate, other: Estimate, *, names: tuple[str, str], as_json: bool
) -> None:
    from baseline.cli.cost_tables import screen, show_change  # noqa: PLC0415
    from baseline.cost.changes import compare  # noqa: PLC0415

    change = compare(found.as_json(), other.as_json())
    if as_json:
        typer.echo(json.dumps(change.as_json(), indent=2))
    else:
        show_change(screen(), change, names)


def _assumptions(pairs: list[str], file: Path | None) -> Assumptions:
    """Give those of the library, then those of the file, then those of the command line."""
    from baseline.cost.assumptions import defaults, from_file, from_pairs  # noqa: PLC0415

    values = {} if file is None else from_file(file)
    return defaults().given({**values, **from_pairs(pairs)})


def _estimate(file: Path, assumptions: Assumptions, assembly: Path | None) -> Estimate:
    # Nobody else waits for the models of the configuration.
    from baseline.config import read  # noqa: PLC0415
    from baseline.cost import estimate  # noqa: PLC0415

    configuration = read(file)
    resources = None if assembly is None else _counted(assembly, configuration)
    return estimate(configuration, assumptions, resources=resources)


def _counted(assembly: Path, configuration: Configuration | Standalone) -> Footprint:
    from baseline.cost.counting import counted  # noqa: PLC0415
    from baseline.cost.estimating import landscape  # noqa: PLC0415

    try:
        return counted(assembly, landscape(configuration), prefix=configuration.prefix)
    except BaselineError:
        raise
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise BaselineError(
            f"{assembly} has a file that is not what `cdk synth` writes; synthesize it again"
        ) from None
