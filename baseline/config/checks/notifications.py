"""Who hears of findings: routes that lead somewhere, channels that exist, a pager that can be called."""

from __future__ import annotations

import json
from collections.abc import Iterator

from baseline.config.checks import units
from baseline.config.finding import Finding, Path
from baseline.config.quotas import ROUTES_SIZE
from baseline.config.regions import NOTIFICATIONS, table
from baseline.config.text import listed, show, suggestion
from baseline.config.view import View

SECTION: Path = ("notifications",)
ROUTES: Path = (*SECTION, "routes")
CHAT: Path = (*SECTION, "chat")
PAGING: Path = (*SECTION, "paging")
REGION_FIELD, ACCOUNT_FIELD = 3, 4
ARN_FIELDS = 7


def routes_lead_somewhere(view: View) -> Iterator[Finding]:
    """A route has accounts, known ones, and somebody who hears of them."""
    known_units = [path for path, _ in units.walk(view)]
    known_accounts = [str(name) for _, name in view.accounts()]
    channels = view.keys(*CHAT)
    for team in view.keys(*ROUTES):
        route: Path = (*ROUTES, team)
        for key, known, what in (
            ("units", known_units, "an organizational unit"),
            ("accounts", known_accounts, "an account"),
            ("channels", channels, "a channel of notifications.chat"),
        ):
            for place, name in view.items(*route, key):
                if name not in known:
                    yield Finding(
                        place,
                        f"{show(name)} is not {what}; {suggestion(name, known) if known else 'there is none'}",
                    )
        owned = view.items(*route, "units") or view.items(*route, "accounts")
        tagged = any(view.text(*SECTION, tag) is not None for tag in ("team_tag", "owner_tag"))
        if not owned and not tagged:
            yield Finding(
                route,
                "names neither units nor accounts; name some, or set notifications.team_tag or owner_tag",
            )
        if not view.items(*route, "addresses") and not view.items(*route, "channels"):
            yield Finding(route, "reaches nobody; name addresses or channels")


def routes_fit_into_the_formatter(view: View) -> Iterator[Finding]:
    """All routes together fit into the environment of the function that reads them."""
    keys = ("units", "accounts", "severities", "channels")
    routes = {
        team: {key: [name for _, name in view.items(*ROUTES, team, key)] for key in keys}
        for team in view.keys(*ROUTES)
    }
    size = len(json.dumps(routes))
    if size > ROUTES_SIZE:
        yield Finding(
            ROUTES,
            f"are {size} characters of {ROUTES_SIZE} that fit into the formatter; name units instead of accounts, or use team_tag",
        )


def channels_are_one_thing(view: View) -> Iterator[Finding]:
    """A chat channel is Slack's or Microsoft Teams', and gets something."""
    routed = {
        name for team in view.keys(*ROUTES) for _, name in view.items(*ROUTES, team, "channels")
    }
    for name in view.keys(*CHAT):
        place: Path = (*CHAT, name)
        kinds = [kind for kind in ("slack", "teams") if view.get((*place, kind)) is not None]
        if len(kinds) != 1:
            yield Finding(
                place,
                "names both slack and teams; split it"
                if kinds
                else "names neither slack nor teams",
            )
        severities = view.get((*place, "severities"))
        if isinstance(severities, list | tuple) and not severities and name not in routed:
            yield Finding(
                (*place, "severities"),
                "is empty and no route names the channel: nothing would come there",
            )


def paging_has_what_it_needs(view: View) -> Iterator[Finding]:
    """A generic service has an address, and the secret stands where the stack reads it."""
    if view.text(*PAGING, "service") == "generic" and view.get((*PAGING, "endpoint")) is None:
        yield Finding(
            PAGING,
            "names no endpoint; a generic service has none by itself, write its HTTPS address",
        )
    arn = view.text(*PAGING, "secret")
    parts = arn.split(":") if arn else []
    if len(parts) != ARN_FIELDS:
        return
    home, security = view.text("home_region"), view.text("accounts", "security", "id")
    if home and security and (parts[REGION_FIELD], parts[ACCOUNT_FIELD]) != (home, security):
        yield Finding(
            (*PAGING, "secret"),
            f"stands in account {parts[ACCOUNT_FIELD]}, {parts[REGION_FIELD]}; CloudFormation reads it in the security account {security}, {home}",
        )


def are_offered(view: View) -> Iterator[Finding]:
    """CloudFormation offers in the home Region what the ways to tell people need."""
    region = table().get(view.text("home_region") or "")
    on = {"chat": bool(view.keys(*CHAT)), "paging": view.get(PAGING) is not None}
    for name, types in NOTIFICATIONS.items():
        lacking = [each for each in types if region and each in region.missing]
        if on[name] and region and lacking:
            yield Finding(
                (*SECTION, name),
                f"CloudFormation has no {listed(lacking)} in {show(region.name)}; leave it out, or choose another home Region",
            )
