"""OpenPortRule: AWS Config finds ports that are open to the internet, however they were opened."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_config as config
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError

MAXIMUM_PORTS = 5
"""Parameters blockedPort1 to blockedPort5 of the rule."""


class OpenPortRule(Construct):
    """The managed rule restricted-common-ports for the ports of administrators.

    It looks again when a group changes and once a day, so it finds what no event told of.

    Args:
        scope: parent construct; once per account and Region, beside the recorder.
        id: construct ID.
        name: physical name, which guardrails protect.
        ports: the ports, at most five.

    Attributes:
        rule: the ``CfnConfigRule``.

    Raises:
        BaselineError: when there are no ports, or more than five.

    Source: AWS Config Developer Guide, "restricted-common-ports".
    """

    def __init__(self, scope: Construct, id: str, *, name: str, ports: Sequence[int]) -> None:
        super().__init__(scope, id)
        if not 1 <= len(ports) <= MAXIMUM_PORTS:
            raise BaselineError(f"ports has {len(ports)} entries; name 1 to {MAXIMUM_PORTS}")
        self.rule = config.CfnConfigRule(
            self,
            "Rule",
            config_rule_name=name,
            description="Ports of administrators are not open to the internet",
            source=config.CfnConfigRule.SourceProperty(
                owner="AWS", source_identifier="RESTRICTED_INCOMING_TRAFFIC"
            ),
            scope=config.CfnConfigRule.ScopeProperty(
                compliance_resource_types=["AWS::EC2::SecurityGroup"]
            ),
            input_parameters={
                f"blockedPort{number}": str(port) for number, port in enumerate(sorted(ports), 1)
            },
        )
        implements(self, capability="open-port-rule", controls=[])
