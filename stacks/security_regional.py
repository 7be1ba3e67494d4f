"""Stack `security-regional-<region>` (security account): what administers one more Region."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.config.guardduty import exporting_regions
from baseline.detection.access_analyzer import (
    ExternalAccessAnalyzer,
    InternalAccessAnalyzer,
    watches_in,
)
from baseline.detection.entity_files import EntityFiles
from baseline.detection.guardduty_export import RegionalGuardDutyExport
from baseline.detection.guardduty_tuning import EntityLists, FindingSuppressions
from baseline.detection.inspector_scans import CisScans
from baseline.detection.inspector_suppressions import VulnerabilitySuppressions
from baseline.detection.macie_data import MacieData
from stacks.hub import handle_findings, handles_findings


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
        files: EntityFiles | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: detection in a Region",
            env=env,
            synthesizer=synthesizer,
        )
        # A standalone account has hub and analyzers beside its detector: `standalone_detection.py`.
        if not names.standalone:
            analyze_access(self, configuration, str(env.region))
            recognize_data(self, configuration, names)
            scan_software(self, configuration)
            handle_findings(self, configuration, str(env.region))
        if tunes_guardduty(configuration, str(env.region)):
            self._detect(configuration, names, files)

    def _detect(
        self, configuration: Configuration, names: Names, files: EntityFiles | None
    ) -> None:
        """Export and tune the Region's detector, which the home Region has found."""
        detector = ssm.StringParameter.value_for_string_parameter(self, names.detector_parameter)
        if str(self.region) in exporting_regions(configuration):
            RegionalGuardDutyExport(
                self,
                "GuardDutyExport",
                detector_id=detector,
                bucket_name=names.guardduty_bucket,
                key_arn=ssm.StringParameter.value_for_string_parameter(
                    self, names.export_key_parameter
                ),
            )
        tune_guardduty(self, configuration, files=files, detector_id=detector)


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


def scan_software(scope: Construct, configuration: Configuration) -> list[Construct]:
    """Create Inspector's suppressions and CIS scans, which every governed Region has."""
    settings, prefix = configuration.capabilities.inspector, configuration.prefix
    found: list[Construct] = []
    if settings.enabled and settings.suppressions:
        found.append(
            VulnerabilitySuppressions(
                scope,
                "VulnerabilitySuppressions",
                prefix=prefix,
                suppressions=settings.suppressions,
            )
        )
    if settings.enabled and settings.cis_scans:
        found.append(CisScans(scope, "CisScans", prefix=prefix, scans=settings.cis_scans))
    return found


def tune_guardduty(
    scope: Construct,
    configuration: Configuration,
    *,
    files: EntityFiles | None,
    detector_id: str,
) -> None:
    """Create suppressions and lists, which every governed Region has, the home Region included."""
    tuning, prefix = configuration.capabilities.guardduty.tuning, configuration.prefix
    if tuning.suppressions:
        FindingSuppressions(
            scope,
            "Suppressions",
            detector_id=detector_id,
            prefix=prefix,
            suppressions=tuning.suppressions,
        )
    if files is not None and (files.trusted or files.threats):
        EntityLists(
            scope,
            "EntityLists",
            detector_id=detector_id,
            prefix=prefix,
            owner=configuration.accounts.security.id,
            trusted=files.trusted,
            threats=files.threats,
        )


def tunes_guardduty(configuration: Configuration, region: str) -> bool:
    """Tell whether the detector of a Region besides the home Region exports or is tuned."""
    settings = configuration.capabilities.guardduty
    if not settings.enabled or region == configuration.home_region:
        return False
    tuning = settings.tuning
    lists = tuning.trusted_list or tuning.threat_lists
    return bool(region in exporting_regions(configuration) or tuning.suppressions or lists)


def has_something_in(configuration: Configuration, region: str) -> bool:
    """Tell whether a Region besides the home Region gets a stack: CloudFormation takes no empty one."""
    if region == configuration.home_region:
        return False
    capabilities = configuration.capabilities
    analyzers, macie = capabilities.access_analyzer, capabilities.macie
    inspector = capabilities.inspector
    return (
        analyzers.enabled
        or tunes_guardduty(configuration, region)
        or handles_findings(configuration, region)
        or watches_in(analyzers.internal_access, region)
        or (inspector.enabled and any((inspector.suppressions, inspector.cis_scans)))
        or (macie.enabled and any((macie.custom_identifiers, macie.allow_lists, macie.accepted)))
    )
