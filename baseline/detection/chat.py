"""ChatTopic: a topic whose messages appear in a channel of Slack or Microsoft Teams."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_chatbot as chatbot
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config.notifications import ChatChannel
from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic

GUARDRAILS = ("AWSSecurityHubReadOnlyAccess", "AmazonGuardDutyReadOnlyAccess")
"""The most that anybody can do from the channel, whatever role they choose: read findings."""


class ChatTopic(Construct):
    """A topic and the channel that shows its messages; from the channel nothing can be changed.

    Amazon Q Developer in chat applications (formerly AWS Chatbot) shows its own form of message
    only, so e-mail has other topics. The channel's role has no permissions, whoever types a command
    needs a role of one's own, and the guardrail lets that role read findings only. The workspace is
    authorized by hand once. Amazon SNS decrypts a message before it delivers it, so the key needs
    no statement for the channel.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        channel: the channel.
        name: physical name of topic and configuration.
        key: key of the topic.

    Attributes:
        topic: the :class:`SecureTopic`.
        configuration: the ``CfnSlackChannelConfiguration`` or
            ``CfnMicrosoftTeamsChannelConfiguration``.

    Raises:
        BaselineError: when the channel is both, or neither.

    Source: Amazon Q Developer in chat applications Administrator Guide, "Custom notifications",
    "Channel guardrail policies", "Cross-service confused deputy prevention".
    """

    def __init__(
        self, scope: Construct, id: str, *, channel: ChatChannel, name: str, key: SecureKey
    ) -> None:
        super().__init__(scope, id)
        if (channel.slack is None) == (channel.teams is None):
            raise BaselineError(
                f"chat channel {id} names slack and teams, or neither of them; name one"
            )
        self.topic = SecureTopic(self, "Topic", key=key, topic_name=name)
        role = self._create_role(name)
        topics = [self.topic.topic.topic_arn]
        guardrails = [f"arn:{cdk.Aws.PARTITION}:iam::aws:policy/{one}" for one in GUARDRAILS]
        self.configuration: (
            chatbot.CfnSlackChannelConfiguration | chatbot.CfnMicrosoftTeamsChannelConfiguration
        )
        if channel.slack is not None:
            self.configuration = chatbot.CfnSlackChannelConfiguration(
                self,
                "Channel",
                configuration_name=name,
                slack_workspace_id=channel.slack.workspace,
                slack_channel_id=channel.slack.channel,
                iam_role_arn=role.role_arn,
                sns_topic_arns=topics,
                guardrail_policies=guardrails,
                logging_level="ERROR",
                user_role_required=True,
            )
        elif channel.teams is not None:
            self.configuration = chatbot.CfnMicrosoftTeamsChannelConfiguration(
                self,
                "Channel",
                configuration_name=name,
                teams_tenant_id=channel.teams.tenant,
                team_id=channel.teams.team,
                teams_channel_id=channel.teams.channel,
                iam_role_arn=role.role_arn,
                sns_topic_arns=topics,
                guardrail_policies=guardrails,
                logging_level="ERROR",
                user_role_required=True,
            )
        implements(self, capability="chat-notification", controls=["SNS.1", "SNS.4"])

    def _create_role(self, name: str) -> iam.Role:
        stack = cdk.Stack.of(self)
        # Channel configurations belong to no Region.
        channels = f"arn:{cdk.Aws.PARTITION}:chatbot::{stack.account}:chat-configuration/*/{name}"
        return iam.Role(
            self,
            "Role",
            description=f"The chat channel of {name}; it may do nothing",
            assumed_by=iam.ServicePrincipal(
                "chatbot.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnLike": {"aws:SourceArn": channels},
                },
            ),
        )
