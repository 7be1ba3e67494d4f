"""What the findings about machines are about: an instance, or a function that mines."""

from __future__ import annotations

import ipaddress
from typing import Any

import findings

State = dict[str, Any]


def compromised_instance(event: State) -> State:
    """Give the instance of a finding, and who it talked to."""
    return _instance(event)


def crypto_mining(event: State) -> State:
    """Give the instance that mines, or the function."""
    function = findings.detail(event).get("resource", {}).get("lambdaDetails", {})
    if not function:
        return _instance(event)
    arn = str(findings.require(function.get("functionArn"), "which function"))
    # A version or alias ends the ARN; concurrency is the whole function's.
    name = arn.split(":function:", 1)[-1].split(":", maxsplit=1)[0]
    return {"kind": "function", "id": findings.require(name, "which function")}


def dns_exfiltration(event: State) -> State:
    """Give the instance that sends data in names, and the domain that receives them."""
    action = findings.detail(event).get("service", {}).get("action", {})
    domain = action.get("dnsRequestAction", {}).get("domain")
    return {**_instance(event), "domain": str(domain).rstrip(".").lower() if domain else None}


def _instance(event: State) -> State:
    found = findings.detail(event)
    details = found.get("resource", {}).get("instanceDetails", {})
    name = findings.require(details.get("instanceId"), "which instance")
    return {"kind": "instance", "id": name, "remote": _remote(found.get("service", {}))}


def _remote(service: State) -> list[str]:
    """Give the addresses at the other end that are of the internet; those inside are victims."""
    action = service.get("action", {})
    said = [action.get("networkConnectionAction", {})]
    said += action.get("portProbeAction", {}).get("portProbeDetails", [])
    found = set()
    for each in said:
        remote = each.get("remoteIpDetails", {})
        for key in ("ipAddressV4", "ipAddressV6"):
            address = _public(remote.get(key))
            if address:
                found.add(address)
    return sorted(found)


def _public(said: object) -> str | None:
    try:
        address = ipaddress.ip_address(str(said))
    except ValueError:
        return None
    return str(address) if address.is_global else None
