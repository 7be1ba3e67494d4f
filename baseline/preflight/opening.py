"""Opens what the checks look at: the accounts, the live organization, the assembly."""

from __future__ import annotations

from pathlib import Path

from baseline.config import Configuration, Names, Standalone
from baseline.config.expansion import expanded
from baseline.live.organization import organization_of
from baseline.preflight.expected import Expected, read_expected
from baseline.preflight.finding import Finding
from baseline.preflight.look import Look
from baseline.preflight.reach import ALONE, Ways, first_reader, readers_of


def open_look(
    configuration: Configuration | Standalone,
    ways: Ways,
    *,
    assembly: Path | None,
    members: bool = False,
) -> tuple[Look, list[Finding]]:
    """Open a look at an organization, or at an account alone.

    Args:
        configuration: The configuration.
        ways: How the accounts are reached.
        assembly: Folder of the cloud assembly; None where there is none.
        members: Whether the member accounts that have an ID are looked into, too.

    Returns:
        The look, and the accounts that could not be opened.

    Raises:
        LiveError: No credentials, expired ones, or those of another account.
        BaselineError: A profile does not exist; the folder is no cloud assembly.
    """
    expected: Expected | None = read_expected(assembly) if assembly is not None else None
    names = Names.of(configuration)
    if isinstance(configuration, Standalone):
        reader = first_reader(ways, account=configuration.account.id, name=ALONE)
        look = Look(
            configuration=expanded(configuration),
            names=names,
            readers={reader.account: reader},
            expected=expected,
        )
        return look, []
    management = first_reader(ways, account=names.management)
    organization = organization_of(management)
    accounts = {name: core.id for name, core in configuration.core_accounts().items()}
    if members:
        accounts |= {name: row.id for name, row in configuration.members.items() if row.id}
    readers, closed = readers_of(accounts, management, ways)
    look = Look(
        configuration=configuration,
        names=names,
        readers=readers,
        live=organization,
        expected=expected,
    )
    return look, closed
