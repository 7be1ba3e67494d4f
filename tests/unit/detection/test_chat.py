from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.config.notifications import ChatChannel, SlackChannel, TeamsChannel
from baseline.detection.chat import ChatTopic
from baseline.errors import BaselineError
from baseline.primitives.secure_key import SecureKey

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]
SLACK = SlackChannel(workspace="T0123ABCD", channel="C0123ABCD")
TEAMS = TeamsChannel(
    tenant="11111111-2222-3333-4444-555555555555",
    team="66666666-7777-8888-9999-000000000000",
    channel="19%3aabc%40thread.tacv2",
)


def create(stack: cdk.Stack, **kinds: Any) -> ChatTopic:
    return ChatTopic(
        stack,
        "Chat",
        channel=ChatChannel(**kinds),
        name="secbase-findings-chat-security",
        key=SecureKey(stack, "Key", description="Messages"),
    )


def harmless(properties: dict[str, Any]) -> None:
    """Nobody can change anything from the channel, and whoever asks does so with a role of one's own."""
    policies = [str(policy) for policy in properties["GuardrailPolicies"]]
    assert len(policies) == 2
    assert all("ReadOnlyAccess" in policy for policy in policies)
    assert properties["UserRoleRequired"] is True
    assert properties["LoggingLevel"] == "ERROR"
    assert properties["ConfigurationName"] == "secbase-findings-chat-security"
    (topic,) = properties["SnsTopicArns"]
    assert topic["Ref"].startswith("ChatTopic")


def test_a_slack_channel_shows_the_topic_and_can_do_nothing(
    stack: cdk.Stack, of_type: OfType
) -> None:
    create(stack, slack=SLACK)
    (channel,) = of_type(stack, "AWS::Chatbot::SlackChannelConfiguration")
    harmless(channel["Properties"])
    assert channel["Properties"]["SlackWorkspaceId"] == "T0123ABCD"
    assert channel["Properties"]["SlackChannelId"] == "C0123ABCD"
    assert of_type(stack, "AWS::Chatbot::MicrosoftTeamsChannelConfiguration") == []


def test_a_teams_channel_shows_the_topic_and_can_do_nothing(
    stack: cdk.Stack, of_type: OfType
) -> None:
    create(stack, teams=TEAMS)
    (channel,) = of_type(stack, "AWS::Chatbot::MicrosoftTeamsChannelConfiguration")
    harmless(channel["Properties"])
    assert channel["Properties"]["TeamsTenantId"] == TEAMS.tenant
    assert channel["Properties"]["TeamId"] == TEAMS.team
    assert channel["Properties"]["TeamsChannelId"] == TEAMS.channel


def test_the_role_is_the_channels_and_has_no_permissions(stack: cdk.Stack, of_type: OfType) -> None:
    create(stack, slack=SLACK)
    (role,) = of_type(stack, "AWS::IAM::Role")
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "chatbot.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": "333333333333"}
    assert "chat-configuration/*/secbase-findings-chat-security" in str(
        trust["Condition"]["ArnLike"]
    )
    assert "ManagedPolicyArns" not in role["Properties"]
    assert "Policies" not in role["Properties"]
    assert of_type(stack, "AWS::IAM::ManagedPolicy") == []
    assert of_type(stack, "AWS::IAM::Policy") == []


def test_sns_1_sns_4_the_topic_has_a_key_of_ours_and_no_strangers(
    stack: cdk.Stack, of_type: OfType
) -> None:
    create(stack, slack=SLACK)
    (topic,) = of_type(stack, "AWS::SNS::Topic")
    assert topic["Properties"]["KmsMasterKeyId"]["Fn::GetAtt"][0].startswith("Key")
    (policy,) = of_type(stack, "AWS::SNS::TopicPolicy")
    effects = {one["Effect"] for one in policy["Properties"]["PolicyDocument"]["Statement"]}
    assert effects == {"Deny"}


@pytest.mark.parametrize("kinds", [{}, {"slack": SLACK, "teams": TEAMS}])
def test_a_channel_is_one_thing(stack: cdk.Stack, kinds: dict[str, Any]) -> None:
    with pytest.raises(BaselineError, match="name one"):
        create(stack, **kinds)
