"""Analyzers of the organization: access from outside, access that nobody uses, access inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import aws_cdk as cdk
from aws_cdk import aws_accessanalyzer as analyzer
from constructs import Construct

from baseline.config.access_analyzer import AcceptedSharing, InternalAccess, UnusedAccess
from baseline.controls.registry import implements
from baseline.detection.analysis_rules import disuse_rule, exclusions, inclusions, sharing_rule
from baseline.errors import BaselineError

Types = analyzer.CfnAnalyzer
Zone = Literal["ORGANIZATION", "ACCOUNT"]


class ExternalAccessAnalyzer(Construct):
    """Finds what anybody outside the organization can reach in this Region, in every account.

    Its zone of trust is the organization: sharing between accounts of the organization is no
    finding. Accepted access is archived as it appears, and comes back when its day is over. What
    is public is only ever accepted resource by resource. The analyzer is free, and stays when the
    stack goes.

    Args:
        scope: parent construct, in a stack of the security account, the delegated administrator;
            once per Region.
        id: construct ID.
        accepted: accepted access by name; none by default.
        zone: zone of trust: the organization, or ``ACCOUNT`` where there is none. The organization
            by default.

    Attributes:
        analyzer: the ``CfnAnalyzer``.

    Raises:
        BaselineError: an acceptance names nobody, or something public without naming it.

    Source: IAM User Guide, "Getting started with AWS IAM Access Analyzer" and "IAM Access Analyzer
    filter keys"; Security Hub IAM.28; CIS AWS Foundations Benchmark 5.0.0 1.19.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        accepted: Mapping[str, AcceptedSharing] | None = None,
        zone: Zone = "ORGANIZATION",
    ) -> None:
        super().__init__(scope, id)
        rules = [sharing_rule(name, one) for name, one in sorted((accepted or {}).items())]
        # No physical name: who changes what only a new analyzer can have gets it beside the old.
        self.analyzer = Types(self, "Analyzer", type=zone, archive_rules=rules or None)
        # A Region has room for five: a failed first deployment must not leave one behind.
        self.analyzer.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        implements(self, capability="access-analyzer", controls=["IAM.28"])


class UnusedAccessAnalyzer(Construct):
    """Finds roles, permissions, access keys and passwords of the organization that nobody uses.

    IAM is global, so one Region is enough: a second analyzer would cost the same again. AWS bills
    each role and user every month, so it goes with its stack. The baseline's own roles are left out, because an emergency
    role is unused by design; what bears their tag can be changed by deployers only.

    Args:
        scope: parent construct, in a stack of the security account; once, in the home Region.
        id: construct ID.
        settings: age in days, exclusions and accepted findings.
        zone: what is analyzed: the organization, or ``ACCOUNT``. The organization by default.

    Attributes:
        analyzer: the ``CfnAnalyzer``.

    Raises:
        BaselineError: an acceptance names nothing.

    Source: IAM User Guide, "Create an IAM Access Analyzer unused access analyzer".
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: UnusedAccess, zone: Zone = "ORGANIZATION"
    ) -> None:
        super().__init__(scope, id)
        rules = [disuse_rule(name, one) for name, one in sorted(settings.accepted.items())]
        self.analyzer = Types(
            self,
            "Analyzer",
            type=f"{zone}_UNUSED_ACCESS",
            archive_rules=rules or None,
            analyzer_configuration=Types.AnalyzerConfigurationProperty(
                unused_access_configuration=Types.UnusedAccessConfigurationProperty(
                    unused_access_age=settings.days,
                    analysis_rule=Types.AnalysisRuleProperty(exclusions=exclusions(settings)),
                )
            ),
        )
        implements(self, capability="unused-access", controls=[])


class InternalAccessAnalyzer(Construct):
    """Finds who inside the organization can reach the named critical resources of this Region.

    AWS bills each monitored resource every month, so nothing is monitored that is not named.

    Args:
        scope: parent construct, in a stack of the security account; once per Region.
        id: construct ID.
        settings: critical resources.
        region: Region of the stack; an ARN of another one is left to the analyzer there.

    Attributes:
        analyzer: the ``CfnAnalyzer``.

    Raises:
        BaselineError: no critical resource is in this Region.

    Source: IAM User Guide, "Create an IAM Access Analyzer internal access analyzer".
    """

    def __init__(self, scope: Construct, id: str, *, settings: InternalAccess, region: str) -> None:
        super().__init__(scope, id)
        critical = list(inclusions(settings, region))
        if not critical:
            raise BaselineError(
                f"no critical resource is in {region}; name one in resources, or a resource type"
            )
        self.analyzer = Types(
            self,
            "Analyzer",
            type="ORGANIZATION_INTERNAL_ACCESS",
            analyzer_configuration=Types.AnalyzerConfigurationProperty(
                internal_access_configuration=Types.InternalAccessConfigurationProperty(
                    internal_access_analysis_rule=Types.InternalAccessAnalysisRuleProperty(
                        inclusions=critical
                    )
                )
            ),
        )
        implements(self, capability="internal-access", controls=[])


def watches_in(settings: InternalAccess, region: str) -> bool:
    """Tell whether internal access is analyzed in a Region: on, and with a critical resource there."""
    return settings.enabled and any(inclusions(settings, region))
