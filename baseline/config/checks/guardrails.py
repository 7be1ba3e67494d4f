"""The guardrails that the units and accounts name, and the configuration's own ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as Folder

from baseline.config.checks import units
from baseline.config.finding import Finding, Path
from baseline.config.text import show, suggestion
from baseline.config.view import View

CUSTOM: Path = ("guardrails", "custom_folder")
MANAGEMENT: Path = ("accounts", "management", "guardrails")


def known_names() -> frozenset[str]:
    """Give the names of all guardrails and sets of the catalog."""
    # Imported here, because the catalog's modules read the configuration's names and quotas.
    from baseline.guardrails import catalog  # noqa: PLC0415

    return catalog.known_names()


def own_names(folder: str) -> frozenset[str]:
    """Give the names that a folder defines, those of files with mistakes included."""
    from baseline.guardrails import catalog  # noqa: PLC0415

    own, own_sets, _ = catalog.read_folder(Folder(folder))
    return frozenset({*own, *own_sets, *(path.stem for path in Folder(folder).glob("*.json"))})


def are_known(view: View) -> Iterator[Finding]:
    """Every guardrail of every unit and account is in the catalog or in the own folder."""
    places = [unit for _, unit in units.walk(view)] + view.accounts()
    named = [item for place in places for item in view.items(*place, "guardrails")]
    folder = view.text(*CUSTOM)
    known = known_names() if named else frozenset()
    known |= own_names(folder) if named and folder else frozenset()
    for place, name in named:
        if name not in known:
            yield Finding(
                place,
                f"{show(name)} is not a guardrail or set; {suggestion(name, sorted(known))}",
            )


def of_ones_own_are_sound(view: View) -> Iterator[Finding]:
    """Every file of the own folder is a guardrail with its proofs, or the sets."""
    folder = view.text(*CUSTOM)
    if not folder:
        return
    from baseline.guardrails import catalog  # noqa: PLC0415

    for problem in catalog.read_folder(Folder(folder))[2]:
        yield Finding(CUSTOM, problem)


def leave_the_management_account_alone(view: View) -> Iterator[Finding]:
    """No guardrail is attached to the account that service and resource policies do not bind."""
    if view.items(*MANAGEMENT):
        yield Finding(
            MANAGEMENT,
            "service and resource control policies do not restrict the management account; remove them",
        )
