"""Security groups of applications: ranges and ports that may be open, and that the tiers let pass."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config.finding import Finding, Path
from baseline.config.text import listed, show
from baseline.config.view import View
from baseline.errors import BaselineError
from baseline.network.acl_rules import DATABASE_PORTS, EPHEMERAL, isolated_rules
from baseline.network.open_ports import is_anywhere
from baseline.network.tiers_of_groups import HTTPS_PORT, TierPorts, check_tiers

GROUPS: Path = ("network", "security_groups")
CONNECT: Path = ("network", "instance_connect")
DEFAULTS = TierPorts()


def open_what_tiers_let_pass(view: View) -> Iterator[Finding]:
    """A group opens no administration port, and nothing that a network ACL stops anyway."""
    for name in view.keys(*GROUPS):
        yield from _first(_of_group(view, (*GROUPS, name)))
    try:
        isolated_rules(sorted({*DATABASE_PORTS, *_database_ports(view)}))
    except BaselineError as error:
        if not any(True for name in view.keys(*GROUPS) for _ in _of_group(view, (*GROUPS, name))):
            yield Finding(GROUPS, str(error).replace("isolated_ports", "database_ports in all"))


def reach_groups_that_exist(view: View) -> Iterator[Finding]:
    """The Instance Connect Endpoint reaches security groups that are named, at least one."""
    if view.get(CONNECT) is None:
        return
    known = view.keys(*GROUPS)
    named = [*view.items(*CONNECT, "ssh"), *view.items(*CONNECT, "rdp")]
    if not named:
        yield Finding(CONNECT, "reaches nothing; name one of security_groups in ssh or rdp")
    for place, name in named:
        if name not in known:
            yield Finding(
                place, f"{show(name)} is not one of security_groups [{listed(known)}]; add it there"
            )


def _of_group(view: View, place: Path) -> Iterator[Finding]:
    clients = view.items(*place, "clients")
    client_port = _port(view, (*place, "client_port"), DEFAULTS.client_port)
    application_port = _port(view, (*place, "application_port"), DEFAULTS.application_port)
    for where, cidr in clients:
        yield from _refused(where, TierPorts(clients=[cidr], client_port=client_port))
        if is_anywhere(cidr) and view.get(("network", "public_tier")) is not True:
            yield Finding(where, f"{show(cidr)} cannot come in without public_tier; set it to true")
        if is_anywhere(cidr) and client_port != HTTPS_PORT:
            yield Finding(
                (*place, "client_port"),
                f"{client_port} does not pass the public tier's network ACL, which lets in "
                f"{HTTPS_PORT}; use that",
            )
    for key, port in (("client_port", client_port), ("application_port", application_port)):
        yield from _refused((*place, key), TierPorts(client_port=port))
        if port != HTTPS_PORT and port < EPHEMERAL[0]:
            yield Finding(
                (*place, key),
                f"{port} does not pass the network ACL of the private tier; use {HTTPS_PORT}, or "
                f"{EPHEMERAL[0]} and above",
            )
    for where, port in _ports(view, (*place, "database_ports")):
        yield from _refused(where, TierPorts(database_ports=[port]))


def _first(findings: Iterator[Finding]) -> Iterator[Finding]:
    # One port can break several rules; the first one says what to do.
    yield from (each for each in [next(findings, None)] if each is not None)


def _refused(place: Path, ports: TierPorts) -> Iterator[Finding]:
    try:
        check_tiers(ports)
    except BaselineError as error:
        yield Finding(place, str(error).removeprefix("clients holds "))


def _port(view: View, place: Path, default: int) -> int:
    return view.number(*place, default=default) or default


def _ports(view: View, place: Path) -> Iterator[tuple[Path, int]]:
    found = view.get(place)
    for index, port in enumerate(found if isinstance(found, list | tuple) else ()):
        if isinstance(port, int) and not isinstance(port, bool):
            yield (*place, index), port


def _database_ports(view: View) -> list[int]:
    return [
        port
        for name in view.keys(*GROUPS)
        for _, port in _ports(view, (*GROUPS, name, "database_ports"))
    ]
