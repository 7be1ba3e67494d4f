"""AccountHub: Security Hub CSPM of one account and Region, where no organization configures it."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_securityhub as securityhub
from constructs import Construct

from baseline.config.security_hub import Standard
from baseline.controls.registry import implements
from baseline.detection.security_hub_policy import STANDARDS
from baseline.errors import BaselineError


class AccountHub(Construct):
    """The Security Hub hub of this account and Region, and the standards that it checks.

    Controls give one finding each, whatever the number of standards, and a control that AWS
    releases later is on by itself. Hub and standards stay when the stack goes: an organization that
    the account joins takes them over. In the home Region, :meth:`collect` brings the findings of
    the other governed Regions together.

    A Region has room for one hub. Where there is one already it is imported into the stack
    (``cdk import``) before the first deployment.

    Args:
        scope: parent construct; once per Region.
        id: construct ID.
        standards: the standards, by their names in the configuration; at least one.

    Attributes:
        hub: the ``aws_securityhub.CfnHub``.
        standards: the ``aws_securityhub.CfnStandard`` by name.

    Raises:
        BaselineError: there is no standard, or no Region to collect from.

    Source: AWS Security Hub User Guide, "Enabling Security Hub CSPM manually", "Consolidated control
    findings", "Understanding cross-Region aggregation in Security Hub CSPM".
    """

    def __init__(self, scope: Construct, id: str, *, standards: Sequence[Standard]) -> None:
        super().__init__(scope, id)
        if not standards:
            raise BaselineError(
                "standards is empty; name one, such as fsbp, or leave Security Hub out"
            )
        self.hub = securityhub.CfnHub(
            self,
            "Hub",
            auto_enable_controls=True,
            control_finding_generator="SECURITY_CONTROL",
            enable_default_standards=False,
        )
        # There is room for one: a failed first deployment must not keep it.
        self.hub.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        self.standards = {name: self._standard(name) for name in standards}
        implements(self, capability="security-hub", controls=[])

    def collect(self, regions: Sequence[str]) -> securityhub.CfnFindingAggregator:
        """Bring the findings of other Regions into this one.

        Args:
            regions: the other governed Regions; at least one.
        """
        if not regions:
            raise BaselineError("regions is empty; name the Regions whose findings are collected")
        aggregator = securityhub.CfnFindingAggregator(
            self,
            "Aggregator",
            region_linking_mode="SPECIFIED_REGIONS",
            regions=sorted(regions),
        )
        aggregator.add_resource_dependency(self.hub)
        return aggregator

    def _standard(self, name: Standard) -> securityhub.CfnStandard:
        stack = cdk.Stack.of(self)
        standard = securityhub.CfnStandard(
            self,
            f"Standard-{name}",
            standards_arn=(
                f"arn:{stack.partition}:securityhub:{stack.region}::standards/{STANDARDS[name]}"
            ),
        )
        standard.add_resource_dependency(self.hub)
        standard.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        return standard
