"""EC2.13, EC2.14, EC2.19: nobody opens SSH or RDP, at synthesis, in Config and live; one list of ports.

What the three do in detail is in ``test_admin_ports``, ``test_config_rules`` and the tests of the
open-port closer. Here they meet: the same open rule is refused in a stack, refused in a StackSet's
template, found by the Config rule of every account, and closed by the responder.
"""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Template

from baseline.config import Configuration, Names, load
from baseline.errors import BaselineError
from baseline.network.acl_rules import ADMIN_PORTS
from baseline.network.admin_ports import AdminPortsClosed
from baseline.network.open_ports import RULE
from baseline.organization.member_template import render
from baseline.organization.stack_set import ServiceManagedStackSet
from stacks.members import MembersStack
from tests.support import CONTEXT, ROOT
from tests.unit.response.handler import port_exposure

ANYWHERE = ("0.0.0.0/0", "::/0")
HOME = cdk.Environment(account="111111111111", region="eu-west-1")


class Team(cdk.Stack):
    """A stack with a group that lets a range in on a port, in one of two spellings."""

    def __init__(
        self, scope: Any, id: str, *, port: int, cidr: str, apart: bool, synthesizer: Any = None
    ) -> None:
        super().__init__(scope, id, synthesizer=synthesizer)
        rule: dict[str, Any] = {"cidr_ipv6" if ":" in cidr else "cidr_ip": cidr}
        ports: dict[str, Any] = {"ip_protocol": "tcp", "from_port": port, "to_port": port}
        inside = [ec2.CfnSecurityGroup.IngressProperty(**ports, **rule)]
        group = ec2.CfnSecurityGroup(
            self,
            "Group",
            group_description="x",
            security_group_ingress=None if apart else inside,
        )
        if apart:
            ec2.CfnSecurityGroupIngress(self, "Rule", group_id=group.ref, **ports, **rule)


def stack_set(template: dict[str, object]) -> ServiceManagedStackSet:
    return ServiceManagedStackSet(
        cdk.Stack(cdk.App(), "members"),
        "Set",
        name="secbase-team",
        description="x",
        template=template,
        target_ids=["r-exam"],
        regions=["eu-west-1"],
    )


def rendered(port: int, cidr: str, *, apart: bool) -> dict[str, object]:
    def build(app: Any, id: str, synthesizer: cdk.IStackSynthesizer) -> cdk.Stack:
        return Team(app, id, port=port, cidr=cidr, apart=apart, synthesizer=synthesizer)

    return render(cdk.Stack(cdk.App(), "outer"), {"team": build})["team"]


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(ROOT / "baseline.yaml")


@pytest.fixture(scope="module")
def regional(configuration: Configuration) -> dict[str, dict[str, Any]]:
    """The resources that every account has in each governed Region."""
    stack = MembersStack(
        cdk.App(context=CONTEXT),
        "members",
        configuration=configuration,
        names=Names.of(configuration),
        env=HOME,
    )
    sets = Template.from_stack(stack).find_resources("AWS::CloudFormation::StackSet").values()
    (body,) = [
        each["Properties"]["TemplateBody"]
        for each in sets
        if each["Properties"]["StackSetName"] == "secbase-member-regional"
    ]
    resources: dict[str, dict[str, Any]] = json.loads(body)["Resources"]
    return resources


@pytest.mark.parametrize("apart", [False, True], ids=["in the group", "a rule of its own"])
@pytest.mark.parametrize("cidr", ANYWHERE)
@pytest.mark.parametrize("port", ADMIN_PORTS)
def test_ec2_13_ec2_14_an_open_port_is_stopped_three_times(
    regional: dict[str, dict[str, Any]], port: int, cidr: str, *, apart: bool
) -> None:
    app = cdk.App(analytics_reporting=False)
    Team(app, "team", port=port, cidr=cidr, apart=apart)
    cdk.Aspects.of(app).add(AdminPortsClosed())
    with pytest.raises(RuntimeError, match=f"rule {RULE}: .*port {port} from"):
        app.synth()
    with pytest.raises(BaselineError, match=f"rule {RULE}: the template of StackSet secbase-team"):
        stack_set(rendered(port, cidr, apart=apart))

    (rule,) = [each for each in regional.values() if each["Type"] == "AWS::Config::ConfigRule"]
    assert rule["Properties"]["Source"]["SourceIdentifier"] == "RESTRICTED_INCOMING_TRAFFIC"
    assert str(port) in rule["Properties"]["InputParameters"].values()

    live = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
    assert port_exposure.open_ports(live, ADMIN_PORTS) == [port]
    assert port_exposure.is_anywhere(cidr)


@pytest.mark.parametrize(
    ("port", "cidr"), [(22, "198.51.100.0/24"), (443, "0.0.0.0/0"), (3389, "10.0.0.0/8")]
)
def test_what_is_nobody_s_business_passes_all_three(port: int, cidr: str) -> None:
    app = cdk.App(analytics_reporting=False)
    Team(app, "team", port=port, cidr=cidr, apart=False)
    cdk.Aspects.of(app).add(AdminPortsClosed())
    app.synth()
    assert stack_set(rendered(port, cidr, apart=True)).arn
    live = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
    assert not (port_exposure.open_ports(live, ADMIN_PORTS) and port_exposure.is_anywhere(cidr))


def test_every_account_tells_of_changed_groups(regional: dict[str, dict[str, Any]]) -> None:
    """EC2.19: the live path begins in every account and Region."""
    patterns = json.dumps(
        [
            each["Properties"]["EventPattern"]
            for each in regional.values()
            if each["Type"] == "AWS::Events::Rule"
        ]
    )
    for name in ("AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules"):
        assert name in patterns


def test_the_ports_of_the_configuration_are_the_same_in_all_three(
    configuration: Configuration,
) -> None:
    assert set(ADMIN_PORTS) <= set(configuration.response.open_ports.ports)
