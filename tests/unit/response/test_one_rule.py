"""What the synthesis refuses and what the closer closes is the same."""

from __future__ import annotations

from typing import Any

import pytest

from baseline.network.acl_rules import ADMIN_PORTS
from baseline.network.open_ports import open_rules
from tests.unit.response.handler import port_exposure
from tests.unit.response.test_open_ports_handler import CLOSED, OPEN

SHAPES = {**dict.fromkeys(OPEN, True), **dict.fromkeys(CLOSED, False)}


def peers(shape: dict[str, Any]) -> list[dict[str, str]]:
    """Give the networks of an EC2 permission as CloudFormation spells them."""
    return [*shape.get("IpRanges", []), *shape.get("Ipv6Ranges", [])]


@pytest.mark.parametrize(("name", "is_open"), SHAPES.items())
def test_ec2_13_synthesis_and_closer_agree(name: str, *, is_open: bool) -> None:
    shape = {**OPEN, **CLOSED}[name]
    plain = {
        key: value
        for key, value in shape.items()
        if not key.startswith("Ip") or key == "IpProtocol"
    }
    group = {"SecurityGroupIngress": [{**plain, **peer} for peer in peers(shape)]}
    template = {"Resources": {"Web": {"Type": "AWS::EC2::SecurityGroup", "Properties": group}}}
    assert bool(list(open_rules(template))) is is_open
    cidrs = [next(iter(peer.values())) for peer in peers(shape)]
    closes = bool(port_exposure.open_ports(plain, ADMIN_PORTS)) and any(
        port_exposure.is_anywhere(cidr) for cidr in cidrs
    )
    assert closes is is_open
