"""Who hears of a finding besides those who hear of its severity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from finding_accounts import Account

Route = Mapping[str, Any]


def audiences(
    severity: str,
    account: Account,
    *,
    routes: Mapping[str, Route],
    channels: Mapping[str, Sequence[str]],
    team_tag: str,
    owners: frozenset[str] = frozenset(),
) -> tuple[list[str], list[str]]:
    """Give the ends of the names of the topics for e-mail, and of those for chat.

    Args:
        severity: severity of the finding.
        account: the account that it is about.
        routes: name of a team to its units, accounts, severities and channels.
        channels: name of a channel to the severities that it gets of every account.
        team_tag: tag of an account that names its team; empty for none.
        owners: teams that tags of the resource name.
    """
    told = [
        (name, route)
        for name, route in routes.items()
        if severity in route["severities"]
        and (name in owners or _owns(name, route, account, team_tag))
    ]
    mails = [severity, *(f"team-{name}" for name, route in told if route.get("mail"))]
    chats = [name for name, severities in channels.items() if severity in severities]
    chats += [name for _, route in told for name in route["channels"]]
    return mails, [f"chat-{name}" for name in dict.fromkeys(chats)]


def _owns(name: str, route: Route, account: Account, team_tag: str) -> bool:
    if {account.id, account.name} & set(route["accounts"]):
        return True
    if team_tag and account.tags.get(team_tag) == name:
        return True
    return any(f"{account.unit}/".startswith(f"{unit}/") for unit in route["units"])
