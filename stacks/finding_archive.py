"""Stack `finding-archive` (security account): findings on their way to the log archive."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.audit.finding_archive import FindingArchive
from baseline.config import Configuration, Names


class FindingArchiveStack(cdk.Stack):
    """What keeps findings, in the home Region where they meet; the stack `log-archive` has the bucket."""

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
            description="Security baseline: findings to the log archive",
            env=env,
        )
        self.archive = FindingArchive(
            self,
            "FindingArchive",
            names=names,
            unified=configuration.capabilities.unified_security_hub.enabled,
            # Its policy lets every alarm of the baseline in the account publish.
            topic=sns.Topic.from_topic_arn(self, "Critical", names.topic_arn("critical")),
        )
