"""`baseline guardrails list` and `show`: what there is, of the catalog and of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from baseline.config.loader import custom_folder
from baseline.config.text import nearest
from baseline.errors import BaselineError
from baseline.guardrails import catalog
from baseline.guardrails.catalog import GuardrailSet, Library
from baseline.guardrails.model import Guardrail

WRONG_INPUT = 2
DEFAULT = Path("baseline.yaml")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config", help="Whose own guardrails to read too; baseline.yaml if there is one."
    ),
]


def list_guardrails(*, config: Config = None, as_json: AsJson = False) -> None:
    """List the guardrails and the sets that a unit of the configuration may name.

    Exit status: 0 listed, 2 the configuration or one of its own guardrails is wrong.
    """
    library = _library(config)
    if as_json:
        rows = [_summary(guardrail, library) for guardrail in library.guardrails.values()]
        sets = {name: list(row.guardrails) for name, row in library.sets.items()}
        typer.echo(json.dumps({"guardrails": rows, "sets": sets}, indent=2))
        return
    console = Console()
    table = named_table("name", "type", "what it does")
    for guardrail in library.guardrails.values():
        own = " (your own)" if guardrail.id in library.custom else ""
        table.add_row(guardrail.id, guardrail.type.short, f"{guardrail.title}{own}")
    for name, row in library.sets.items():
        table.add_row(name, "set", f"{row.title}: {', '.join(row.guardrails)}")
    console.print(table)


def show(
    name: Annotated[str, typer.Argument(help="Name of a guardrail or a set.")],
    *,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show one guardrail: why, whom it exempts, its statements and its proofs; or one set.

    Exit status: 0 shown, 2 the name is unknown or the configuration is wrong.
    """
    library = _library(config)
    if name in library.sets:
        _show_set(name, library.sets[name], library, as_json=as_json)
        return
    guardrail = library.guardrails.get(name)
    if guardrail is None:
        names = {*library.guardrails, *library.sets}
        near = nearest(name, names)
        meant = f"did you mean {near!r}? known" if near else "known"
        known = ", ".join(sorted(names))
        typer.echo(f"guardrail {name!r} is not in the catalog; {meant}: {known}", err=True)
        raise typer.Exit(WRONG_INPUT)
    document = guardrail.model_dump(mode="json", exclude_defaults=True)
    if as_json:
        typer.echo(json.dumps(document, indent=2))
        return
    _show_guardrail(guardrail, document)


def named_table(*columns: str) -> Table:
    """Give a table whose names stay whole on a narrow terminal; the last column gives way."""
    table = Table()
    for column in columns:
        table.add_column(column, no_wrap=column != columns[-1], overflow="fold")
    return table


def _library(config: Path | None) -> Library:
    """Give the catalog with the configuration's own guardrails; end if they cannot be read.

    Of the configuration only the folder is read: who looks for a name has often just got one wrong.
    """
    wanted = config or (DEFAULT if DEFAULT.exists() else None)
    try:
        return catalog.library(custom_folder(wanted) if wanted else None)
    except BaselineError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_INPUT) from None


def _show_set(name: str, found: GuardrailSet, library: Library, *, as_json: bool) -> None:
    """Show a set: what it is for and what is in it."""
    if as_json:
        document = {"id": name, "title": found.title, "guardrails": list(found.guardrails)}
        typer.echo(json.dumps(document, indent=2))
        return
    console = Console(highlight=False)
    console.print(f"[bold]{name}[/bold]  {found.title}\n", soft_wrap=True)
    table = named_table("name", "type", "what it does")
    for guardrail in library.resolve([name]):
        table.add_row(guardrail.id, guardrail.type.short, guardrail.title)
    console.print(table)


def _show_guardrail(guardrail: Guardrail, document: dict[str, object]) -> None:
    """Show a guardrail to people."""
    console = Console(highlight=False)
    console.print(
        f"[bold]{guardrail.id}[/bold]  {guardrail.title}\n\n{guardrail.why}\n", soft_wrap=True
    )
    exempt = ", ".join(guardrail.exemptions) or "nobody"
    controls = ", ".join(guardrail.controls) or "none"
    console.print(f"type {guardrail.type.value}, exempt: {exempt}, controls: {controls}\n")
    console.print_json(json.dumps(document.get("statements") or document["content"]))
    for kind, proofs in (
        ("must be denied", guardrail.denied),
        ("must stay allowed", guardrail.allowed),
    ):
        for proof in proofs:
            console.print(f"{kind}: {proof['why']}", markup=False, soft_wrap=True)


def _summary(guardrail: Guardrail, library: Library) -> dict[str, object]:
    """Give what a list shows of a guardrail."""
    return {
        "id": guardrail.id,
        "type": guardrail.type.value,
        "title": guardrail.title,
        "phase": guardrail.phase,
        "controls": list(guardrail.controls),
        "exemptions": [role_class.value for role_class in guardrail.exemptions],
        "proofs": {"denied": len(guardrail.denied), "allowed": len(guardrail.allowed)},
        "custom": guardrail.id in library.custom,
    }
