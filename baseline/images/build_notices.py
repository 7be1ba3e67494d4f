"""BuildNotices: tells people that a build failed, or that Image Builder switched a pipeline off."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from constructs import Construct

from baseline.detection.publishing_role import PublishingRole
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic

FAILED = ("CANCELLED", "FAILED")


class BuildNotices(Construct):
    """One message for each build that failed, and for each pipeline that is off after failures.

    A pipeline that fails leaves the last good image in use, which grows old: nobody would notice.

    Args:
        scope: parent construct.
        id: construct ID.
        name: start of the names of images and pipelines.
        topic: gets the messages.
        topic_key: its key.

    Attributes:
        failures: the ``CfnRule`` about builds.
        switched_off: the ``CfnRule`` about pipelines.

    Source: EC2 Image Builder User Guide, "Amazon EventBridge integration in Image Builder" (Event
    messages that Image Builder sends).
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, topic: SecureTopic, topic_key: SecureKey
    ) -> None:
        super().__init__(scope, id)
        self._topic = topic
        self._publishing = PublishingRole(self, "Publishing", topic=topic, key=topic_key)
        stack = cdk.Stack.of(self)
        own = f"arn:{stack.partition}:imagebuilder:{stack.region}:{stack.account}"
        self.failures = self._rule(
            "Failures",
            "EC2 Image Builder Image State Change",
            {
                "detail": {"state": {"status": list(FAILED)}},
                "resources": [{"prefix": f"{own}:image/{name}-"}],
            },
            "the build <resource> failed. Read its reason: aws imagebuilder get-image "
            "--image-build-version-arn <resource> --query image.state. The last good image stays "
            "in use.",
        )
        self.switched_off = self._rule(
            "SwitchedOff",
            "EC2 Image Builder Image Pipeline Automatically Disabled",
            {"resources": [{"prefix": f"{own}:image-pipeline/{name}-"}]},
            "<resource> is off after failures: no new images are built. Mend the cause, then deploy "
            "its stack again or enable it.",
        )

    def _rule(self, id: str, kind: str, pattern: dict[str, object], text: str) -> events.CfnRule:
        rule = events.CfnRule(
            self,
            id,
            description=f"{kind} to people",
            event_pattern={"source": ["aws.imagebuilder"], "detail-type": [kind], **pattern},
            state="ENABLED",
            targets=[
                events.CfnRule.TargetProperty(
                    id="Topic",
                    arn=self._topic.topic.topic_arn,
                    role_arn=self._publishing.role.role_arn,
                    input_transformer=events.CfnRule.InputTransformerProperty(
                        input_paths_map={
                            "account": "$.account",
                            "region": "$.region",
                            "time": "$.time",
                            "resource": "$.resources[0]",
                        },
                        input_template=f'"Account <account>, Region <region>, <time>: {text}"',
                    ),
                )
            ],
        )
        # An event that comes before the role's policy could not be published.
        rule.node.add_dependency(self._publishing.policy)
        acknowledge(
            rule,
            {
                "Serverless-EventBusDLQ": (
                    "the state of each build and pipeline stands in Image Builder, and the next "
                    "scheduled build fails and tells again"
                )
            },
        )
        return rule
