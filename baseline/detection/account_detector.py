"""AccountDetector: GuardDuty of one account and Region, where no organization switches it on."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_guardduty as guardduty
from constructs import Construct

from baseline.config.capabilities import GuardDutyPlans
from baseline.controls.registry import implements

Types = guardduty.CfnDetector

RUNTIME = "RUNTIME_MONITORING"
PLANS = {
    "S3_DATA_EVENTS": ("s3_data_events", ("GuardDuty.10",)),
    "EKS_AUDIT_LOGS": ("eks_audit_logs", ("GuardDuty.5",)),
    "EBS_MALWARE_PROTECTION": ("ebs_malware_protection", ("GuardDuty.8",)),
    "RDS_LOGIN_EVENTS": ("rds_login_events", ("GuardDuty.9",)),
    "LAMBDA_NETWORK_LOGS": ("lambda_network_logs", ("GuardDuty.6",)),
    RUNTIME: (
        "runtime_monitoring",
        ("GuardDuty.7", "GuardDuty.11", "GuardDuty.12", "GuardDuty.13"),
    ),
}
"""Features of a detector to the switch in the configuration and the Security Hub controls."""

AGENTS = ("EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT")
"""Agents that GuardDuty installs and updates by itself, which runtime monitoring needs to see."""


class AccountDetector(Construct):
    """The GuardDuty detector of this account and Region, with its protection plans.

    Every plan is named, on or off: one that somebody switches off by hand is on again with the next
    deployment that changes the detector, and drift shows it before. Findings are published every 15
    minutes, the shortest interval. The detector stays when the stack goes, with its findings: an
    organization that the account joins takes it over.

    A Region has room for one detector. Where there is one already it is imported into the stack
    (``cdk import``) before the first deployment.

    Args:
        scope: parent construct; once per Region.
        id: construct ID.
        plans: the protection plans that are on; all by default.

    Attributes:
        detector: the ``aws_guardduty.CfnDetector``.

    Source: Security Hub GuardDuty.1, GuardDuty.5 to GuardDuty.13; Amazon GuardDuty API Reference,
    "DetectorFeatureConfiguration".
    """

    def __init__(self, scope: Construct, id: str, *, plans: GuardDutyPlans | None = None) -> None:
        super().__init__(scope, id)
        chosen = plans or GuardDutyPlans()
        on = [name for name, (switch, _) in PLANS.items() if getattr(chosen, switch)]
        self.detector = Types(
            self,
            "Detector",
            enable=True,
            finding_publishing_frequency="FIFTEEN_MINUTES",
            features=[_feature(name, on=name in on) for name in PLANS],
        )
        # A detector left behind by a failed first deployment would refuse the next one.
        self.detector.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        implements(
            self,
            capability="guardduty",
            controls=["GuardDuty.1", *(control for name in on for control in PLANS[name][1])],
        )


def _feature(name: str, *, on: bool) -> guardduty.CfnDetector.CFNFeatureConfigurationProperty:
    status = "ENABLED" if on else "DISABLED"
    agents = [
        Types.CFNFeatureAdditionalConfigurationProperty(name=agent, status=status)
        for agent in (AGENTS if name == RUNTIME else ())
    ]
    return Types.CFNFeatureConfigurationProperty(
        name=name, status=status, additional_configuration=agents or None
    )
