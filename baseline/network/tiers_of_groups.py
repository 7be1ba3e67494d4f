"""Who may reach which tier of security groups, as a configuration or an argument says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from baseline.errors import BaselineError
from baseline.network.acl_rules import ADMIN_PORTS
from baseline.network.open_ports import RULE, check_peer

HTTPS_PORT = 443
PORTS = (1, 65535)


@dataclass(frozen=True, kw_only=True, slots=True)
class TierPorts:
    """Clients and ports of a chain of security groups.

    Attributes:
        clients: ranges that may use the load balancer; the VPC's own by default.
        client_port: port of the load balancer; HTTPS by default.
        application_port: port that the application listens on; 8443 by default.
        database_ports: ports of the databases; PostgreSQL by default.
    """

    clients: Sequence[str] = ()
    client_port: int = HTTPS_PORT
    application_port: int = 8443
    database_ports: Sequence[int] = (5432,)


def check_tiers(ports: TierPorts) -> None:
    """Raise for a range that is none, and for a port that no tier may open.

    Raises:
        BaselineError: names the range or the port, and the rule.
    """
    for cidr in ports.clients:
        try:
            ip_network(cidr)
        except ValueError as error:
            raise BaselineError(
                f"clients holds {cidr!r}, which is not a range; write it as in '10.1.0.0/16'"
            ) from error
        check_peer("clients", cidr, ports.client_port)
    for port in (ports.client_port, ports.application_port, *ports.database_ports):
        _check_port(port)


def _check_port(port: int) -> None:
    first, last = PORTS
    if not first <= port <= last:
        raise BaselineError(f"port must be between {first} and {last}, got {port}")
    if port in ADMIN_PORTS:
        raise BaselineError(
            f"rule {RULE}: {port} is an administration port; tiers do not administer each other, "
            "use Session Manager or InstanceConnectEndpoint"
        )
