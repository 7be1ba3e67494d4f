from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk

from baseline.detection.publishing_role import PublishingRole
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]


def test_rules_publish_with_a_role_that_only_rules_of_the_account_can_use(
    stack: cdk.Stack, of_type: OfType
) -> None:
    key = SecureKey(stack, "Key", description="Messages")
    PublishingRole(stack, "Publishing", topic=SecureTopic(stack, "Topic", key=key), key=key)
    (role,) = of_type(stack, "AWS::IAM::Role")
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "events.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "333333333333"},
        "ArnLike": {"aws:SourceArn": "arn:aws:events:eu-west-1:333333333333:rule/*"},
    }
    (policy,) = of_type(stack, "AWS::IAM::ManagedPolicy")
    publish, encrypt = policy["Properties"]["PolicyDocument"]["Statement"]
    assert publish["Action"] == "sns:Publish"
    assert publish["Resource"]["Ref"].startswith("Topic")
    assert encrypt["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert encrypt["Resource"]["Fn::GetAtt"][0].startswith("Key")
