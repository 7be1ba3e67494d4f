"""Detection of a standalone account in one Region: what an organization would switch on in it."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.config.capabilities import GuardDutyPlans
from baseline.controls.registry import implements
from baseline.detection.access_analyzer import ExternalAccessAnalyzer, UnusedAccessAnalyzer
from baseline.detection.account_detector import AccountDetector
from baseline.detection.account_hub import AccountHub
from baseline.detection.insights import Insights
from stacks.hub import handle_findings


class StandaloneDetectionStack(cdk.Stack):
    """Detector, hub, analyzers and the block of public snapshots, in one governed Region.

    What protects stays when the stack goes: an organization that the account joins takes it over.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        env: cdk.Environment,
        synthesizer: cdk.IStackSynthesizer | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: detection of an account in a Region",
            env=env,
            synthesizer=synthesizer,
        )
        region, capabilities = str(env.region), configuration.capabilities
        home = region == configuration.home_region
        if capabilities.guardduty.enabled:
            AccountDetector(self, "GuardDuty", plans=_plans(configuration, region))
        if capabilities.security_hub.enabled:
            self._check(configuration, region, home=home)
        analyzers = capabilities.access_analyzer
        if analyzers.enabled:
            ExternalAccessAnalyzer(
                self, "ExternalAccess", accepted=analyzers.accepted, zone="ACCOUNT"
            )
        if home and analyzers.unused_access.enabled:
            UnusedAccessAnalyzer(
                self, "UnusedAccess", settings=analyzers.unused_access, zone="ACCOUNT"
            )
        snapshots = ec2.CfnSnapshotBlockPublicAccess(self, "Snapshots", state="block-all-sharing")
        snapshots.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        implements(snapshots, capability="ec2-account-attributes", controls=["EC2.182"])

    def _check(self, configuration: Configuration, region: str, *, home: bool) -> None:
        settings = configuration.capabilities.security_hub
        hub = AccountHub(self, "SecurityHub", standards=settings.standards)
        found: list[Construct] = [*handle_findings(self, configuration, region)]
        others = [each for each in configuration.regions if each != region]
        if home and others:
            hub.collect(others)
        if home and settings.insights:
            found.append(Insights(self, "Insights", prefix=configuration.prefix))
        for each in found:
            each.node.add_dependency(hub.hub)


def _plans(configuration: Configuration, region: str) -> GuardDutyPlans:
    settings = configuration.capabilities.guardduty
    return settings.regions.get(region, settings)
