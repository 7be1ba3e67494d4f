"""What the backups of the organization need, and where their copies may go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from baseline.config.checks import control_tower
from baseline.config.finding import REGIONS, Finding, Path
from baseline.config.regions import BACKUPS, table
from baseline.config.text import listed, show
from baseline.config.view import View

BACKUP: Path = ("capabilities", "backup")
CENTRAL: Path = (*BACKUP, "central")
OF_OUR_VAULTS = {"lock": "governance", "restore_test": (), "audit": False}
"""Settings of vaults and roles that the baseline makes, with what they are by default."""


def have_vault_and_role(view: View) -> Iterator[Finding]:
    """A vault that exists comes with a role that exists, and has settings of its own."""
    if not isinstance(view.get(BACKUP), Mapping):
        return
    named = [key for key in ("vault", "role") if view.get((*BACKUP, key)) is not None]
    if len(named) == 1:
        (missing,) = {"vault", "role"} - set(named)
        yield Finding(
            (*BACKUP, named[0]),
            f"is given without {missing}; name both, of every account, or neither, and the "
            "baseline makes them",
        )
    for key, default in OF_OUR_VAULTS.items():
        if named and view.get((*BACKUP, key)) not in (None, default, [], ()):
            yield Finding(
                (*BACKUP, key),
                "belongs to vaults that the baseline makes, and vault and role name others; "
                "remove it, or vault and role",
            )


def have_a_recorder(view: View) -> Iterator[Finding]:
    """An audit framework evaluates with AWS Config."""
    recorded = view.enabled("capabilities", "config", "enabled") or control_tower.records(view)
    if view.get((*BACKUP, "audit")) is True and not recorded:
        yield Finding(
            (*BACKUP, "audit"),
            "evaluates with AWS Config, which capabilities.config switches off; leave it on, or audit off",
        )


def are_copied_inside_the_organization(view: View) -> Iterator[Finding]:
    """Copies are in a known account and a governed Region."""
    account, region = view.text(*CENTRAL, "account"), view.text(*CENTRAL, "region")
    known = {view.text(*place, "id") for place in view.accounts()}
    if account is not None and account not in known:
        yield Finding(
            (*CENTRAL, "account"),
            f"{show(account)} is the id of no account of this file; copies leave the organization otherwise",
        )
    if account is not None and account == view.text("accounts", "management", "id"):
        yield Finding(
            (*CENTRAL, "account"),
            f"{show(account)} is the management account, which no guardrail binds; name another one",
        )
    governed = [name for _, name in view.items("regions")]
    if region is not None and governed and region not in governed:
        yield Finding(
            (*CENTRAL, "region"),
            f"{show(region)} is not in regions [{listed(governed)}]; the guardrails deny the others",
            rests_on=REGIONS,
        )


def have_one_kind_of_lock(view: View) -> Iterator[Finding]:
    """An air-gapped vault is locked for good; an approval team opens such a vault only."""
    gapped = view.text(*CENTRAL, "vault") == "air-gapped"
    if gapped and view.get((*CENTRAL, "lock")) is not None:
        yield Finding(
            (*CENTRAL, "lock"),
            "is given for an air-gapped vault, which is always locked in compliance mode; remove it",
        )
    if not gapped and view.get((*CENTRAL, "approval_team")) is not None:
        yield Finding(
            (*CENTRAL, "approval_team"),
            "opens an air-gapped vault only; write vault: air-gapped, or remove it",
        )


def are_offered(view: View) -> Iterator[Finding]:
    """CloudFormation offers in each governed Region what the backups take there."""
    chosen = {
        "central.vault": view.text(*CENTRAL, "vault") == "air-gapped",
        "restore_test": bool(view.get((*BACKUP, "restore_test"))),
        "audit": view.get((*BACKUP, "audit")) is True,
    }
    backup = view.get(BACKUP) is not None
    needed = {kind for kind in BACKUPS["vault"] if backup}
    for key, on in chosen.items():
        needed |= {kind for kind in BACKUPS[key] if on}
    for place, name in view.items("regions"):
        region = table().get(name)
        lacking = sorted(needed & region.missing) if region else []
        if lacking:
            yield Finding(
                place,
                f"CloudFormation has no {listed(lacking)} in {show(name)}; leave the Region out, "
                "or that part of capabilities.backup",
            )
