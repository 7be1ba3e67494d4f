"""Stack `security-regional-<region>` (security account): what administers one more Region."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.detection.access_analyzer import (
    ExternalAccessAnalyzer,
    InternalAccessAnalyzer,
    watches_in,
)
from baseline.detection.macie_data import MacieData


class SecurityRegionalStack(cdk.Stack):
    """What the security account has in a governed Region besides the home Region.

    No Region but the home Region is bootstrapped, so there are no assets here: whatever needs a
    function is done from the home Region, by the stack `security`, which comes first. For the same
    reason the template has to stay under the 51,200 bytes that CloudFormation takes directly.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        env: cdk.Environment,
        synthesizer: cdk.IStackSynthesizer,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: detection in a Region",
            env=env,
            synthesizer=synthesizer,
        )
        analyze_access(self, configuration, str(env.region))
        recognize_data(self, configuration, names)


def analyze_access(scope: Construct, configuration: Configuration, region: str) -> None:
    """Create the analyzers that every governed Region has, the home Region included."""
    settings = configuration.capabilities.access_analyzer
    if settings.enabled:
        ExternalAccessAnalyzer(scope, "ExternalAccess", accepted=settings.accepted)
    if watches_in(settings.internal_access, region):
        InternalAccessAnalyzer(
            scope, "InternalAccess", settings=settings.internal_access, region=region
        )


def recognize_data(scope: Construct, configuration: Configuration, names: Names) -> None:
    """Create what Macie recognizes and passes over in a Region, where it is on."""
    settings = configuration.capabilities.macie
    if settings.enabled:
        MacieData(scope, "MacieData", settings=settings, name_prefix=f"{names.prefix}-")


def has_something_in(configuration: Configuration, region: str) -> bool:
    """Tell whether a Region besides the home Region gets a stack: CloudFormation takes no empty one."""
    if region == configuration.home_region:
        return False
    capabilities = configuration.capabilities
    analyzers, macie = capabilities.access_analyzer, capabilities.macie
    return (
        analyzers.enabled
        or watches_in(analyzers.internal_access, region)
        or (macie.enabled and any((macie.custom_identifiers, macie.allow_lists, macie.accepted)))
    )
