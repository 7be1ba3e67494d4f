"""PatchFailureForwarding: failed installations of every account reach the security account's bus."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from constructs import Construct

from baseline.config import Names
from baseline.config.patching import Patching
from baseline.controls.registry import implements
from baseline.detection import event_patterns
from baseline.patching.command import weekly
from baseline.patching.installation import only_window
from baseline.primitives.acknowledge import acknowledge

NO_QUEUE = (
    "EventBridge retries for 24 hours, and the daily report names every machine that lacks patches; "
    "a queue with a key in every account and Region would wait for a reader that never comes"
)


class PatchFailureForwarding(Construct):
    """A rule that forwards failed installations of patches, and windows that ran out of time.

    Failures of the daily scan are not among them: SSM.3 tells of those.

    Args:
        scope: parent construct; once per account and Region.
        id: construct ID.
        names: names of the baseline.
        settings: which machines patches are installed on.

    Attributes:
        rule: the ``CfnRule``.

    Source: AWS Systems Manager User Guide, "Amazon EventBridge event examples for Systems Manager".
    """

    def __init__(self, scope: Construct, id: str, *, names: Names, settings: Patching) -> None:
        super().__init__(scope, id)
        role = f"arn:{cdk.Aws.PARTITION}:iam::{cdk.Aws.ACCOUNT_ID}:role"
        self.rule = events.CfnRule(
            self,
            "Rule",
            name=names.patch_failure_rule,
            description="Failed installations of patches to the security account",
            event_pattern=patch_failures(names, settings),
            state="ENABLED",
            targets=[
                events.CfnRule.TargetProperty(
                    id="SecurityBus",
                    arn=names.event_bus_arn,
                    role_arn=f"{role}/{names.event_forwarding_role}",
                )
            ],
        )
        acknowledge(self.rule, {"Serverless-EventBusDLQ": NO_QUEUE})
        implements(self, capability="patch-failures", controls=[])


def patch_failures(names: Names, settings: Patching) -> event_patterns.Pattern:
    """Give the pattern of what the rule forwards; the rule that tells people has the same."""
    schedule = weekly(only_window(settings)) if settings.install == "all" else None
    return event_patterns.failed_patches(windows=names.patch_window(""), schedule=schedule)
