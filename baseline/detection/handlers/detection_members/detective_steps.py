"""Amazon Detective: the graph of a Region, and how an account becomes a member of it.

Source: Amazon Detective User Guide, "Managing accounts".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from service_rows import FAILED, IN_PROGRESS, Client, Keeper, Row, Step

Wanted = dict[str, Any]

STARTED = "STARTED"
NO_GRAPH = "there is no graph yet; the administrator gets it with its designation"


def administer(detective: Client, wanted: Wanted, keeper: Keeper) -> Iterator[Step]:
    """Keep new accounts joining, and the wanted data packages on."""
    yield "new-accounts", partial(_new_accounts, detective, keeper)
    yield "packages", partial(_packages, detective, wanted["packages"], keeper)


def join(
    detective: Client, account: str, email: Callable[[], str], keeper: Keeper, _wanted: Wanted
) -> Iterator[Step]:
    """Make an account a member of the graph; nobody gets an invitation by e-mail."""
    yield "member", partial(_join, detective, account, email, keeper)


def _new_accounts(detective: Client, keeper: Keeper) -> Row:
    graph = _graph_of(detective)
    if graph is None:
        return keeper.row("new-accounts", FAILED, NO_GRAPH)
    found = detective.describe_organization_configuration(GraphArn=graph)
    return keeper.keep(
        "new-accounts",
        before=found["AutoEnable"],
        after=True,
        write=partial(detective.update_organization_configuration, GraphArn=graph, AutoEnable=True),
    )


def _join(detective: Client, account: str, email: Callable[[], str], keeper: Keeper) -> Row:
    graph = _graph_of(detective)
    if graph is None:
        return keeper.row("member", FAILED, NO_GRAPH)
    status = _membership(detective, graph, account)
    if status == "VERIFICATION_IN_PROGRESS":
        return keeper.row("member", IN_PROGRESS)
    refused: list[str] = []
    if status == "ACCEPTED_BUT_DISABLED":
        write = partial(detective.start_monitoring_member, GraphArn=graph, AccountId=account)
    else:
        write = partial(_create, detective, graph, account, email, refused)
    row = keeper.keep("member", before=status, after="ENABLED", write=write)
    return keeper.row("member", FAILED, refused[0]) if refused else row


def _graph_of(detective: Client) -> str | None:
    """Give the graph that the account administers in the Region: there is one at most."""
    found = detective.list_graphs()["GraphList"]
    return str(found[0]["Arn"]) if found else None


def _membership(detective: Client, graph: str, account: str) -> str | None:
    found = detective.get_members(GraphArn=graph, AccountIds=[account])["MemberDetails"]
    return str(found[0]["Status"]) if found else None


def _create(
    detective: Client, graph: str, account: str, email: Callable[[], str], refused: list[str]
) -> None:
    answer = detective.create_members(
        GraphArn=graph,
        Accounts=[{"AccountId": account, "EmailAddress": email()}],
        DisableEmailNotification=True,
    )
    # A refusal is no error of the call.
    refused += [str(one["Reason"]) for one in answer.get("UnprocessedAccounts", [])]


def _packages(detective: Client, wanted: list[str], keeper: Keeper) -> Row:
    graph = _graph_of(detective)
    if graph is None:
        return keeper.row("packages", FAILED, NO_GRAPH)
    states = _states(detective, graph, wanted)
    missing = sorted(name for name, state in states.items() if state != STARTED)
    return keeper.keep(
        "packages",
        before=states,
        after=dict.fromkeys(wanted, STARTED),
        write=partial(
            detective.update_datasource_packages, GraphArn=graph, DatasourcePackages=missing
        ),
    )


def _states(detective: Client, graph: str, wanted: list[str]) -> dict[str, str | None]:
    found: dict[str, Any] = {}
    more: dict[str, str] = {}
    while True:
        page = detective.list_datasource_packages(GraphArn=graph, **more)
        found |= page["DatasourcePackages"]
        if not page.get("NextToken"):
            break
        more = {"NextToken": page["NextToken"]}
    return {name: found.get(name, {}).get("DatasourcePackageIngestState") for name in wanted}
