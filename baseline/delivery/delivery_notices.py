"""DeliveryNotices: tells people of releases that failed and of approvals that wait."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.detection.publishing_role import PublishingRole
from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic


class DeliveryNotices(Construct):
    """An encrypted topic for the people of a delivery: what failed, and what waits for approval.

    Args:
        scope: parent construct.
        id: construct ID.
        pipeline: name of the pipeline that releases.
        addresses: e-mail addresses, each confirmed once; at least one.

    Attributes:
        key: the :class:`SecureKey` of the topic.
        topic: the :class:`SecureTopic`.
        failures: the ``CfnRule``.

    Raises:
        BaselineError: no address.

    Source: AWS CodePipeline User Guide, "Monitoring CodePipeline events" (Pipeline-level events).
    """

    def __init__(
        self, scope: Construct, id: str, *, pipeline: str, addresses: Sequence[str]
    ) -> None:
        super().__init__(scope, id)
        if not addresses:
            raise BaselineError("addresses is empty; name at least one, so that somebody hears")
        self.key = SecureKey(self, "Key", description=f"Messages about {pipeline}")
        self.topic = SecureTopic(self, "Topic", key=self.key, display_name=pipeline)
        self.topic.subscribe_email(list(dict.fromkeys(addresses)))
        publishing = PublishingRole(self, "Publishing", topic=self.topic, key=self.key)
        self.failures = self._tell(pipeline, publishing)

    def publish(self) -> list[iam.PolicyStatement]:
        """Give what asks for an approval."""
        return [
            iam.PolicyStatement(
                sid="AskForApproval",
                actions=["sns:Publish"],
                resources=[self.topic.topic.topic_arn],
            ),
            iam.PolicyStatement(
                sid="EncryptMessages",
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[self.key.key.key_arn],
            ),
        ]

    def _tell(self, pipeline: str, publishing: PublishingRole) -> events.CfnRule:
        arn = cdk.Stack.of(self).format_arn(service="codepipeline", resource=pipeline)
        rule = events.CfnRule(
            self,
            "Failures",
            description=f"Failed runs of {pipeline} to people",
            event_pattern={
                "source": ["aws.codepipeline"],
                "detail-type": ["CodePipeline Pipeline Execution State Change"],
                "resources": [arn],
                "detail": {"state": ["FAILED"]},
            },
            state="ENABLED",
            targets=[
                events.CfnRule.TargetProperty(
                    id="Topic",
                    arn=self.topic.topic.topic_arn,
                    role_arn=publishing.role.role_arn,
                    input_transformer=events.CfnRule.InputTransformerProperty(
                        input_paths_map={
                            "account": "$.account",
                            "region": "$.region",
                            "time": "$.time",
                            "pipeline": "$.detail.pipeline",
                            "run": "$.detail.execution-id",
                        },
                        input_template='"Account <account>, Region <region>, <time>: run <run> of '
                        "<pipeline> failed and released nothing further. Read why: aws codepipeline "
                        'list-action-executions --pipeline-name <pipeline>"',
                    ),
                )
            ],
        )
        # An event that comes before the role's policy could not be published.
        rule.node.add_dependency(publishing.policy)
        acknowledge(
            rule,
            {
                "Serverless-EventBusDLQ": (
                    "the state of each run stands in CodePipeline, which releases nothing after a "
                    "failure, and a message that is lost changes nothing of that"
                )
            },
        )
        return rule
