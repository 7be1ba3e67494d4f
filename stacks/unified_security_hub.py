"""Stack `unified-security-hub` (security account): the new Security Hub beyond its policy."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.detection.finding_rules import rules_of
from baseline.detection.unified_security_hub import UnifiedSecurityHub


class UnifiedSecurityHubStack(cdk.Stack):
    """The home Region and the rules of the new Security Hub; the guardrails have its policy."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: the new Security Hub",
            env=env,
        )
        self.hub = UnifiedSecurityHub(
            self,
            "UnifiedSecurityHub",
            prefix=names.prefix,
            linked=[each for each in configuration.regions if each != names.home_region],
            rules=rules_of(configuration),
        )
