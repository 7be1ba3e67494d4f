"""Clients of the functions: sessions of a member's root user, Organizations, messages, metrics."""

from __future__ import annotations

import os
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

Client = Any  # boto3 makes its clients at run time

RETRIES = Config(retries={"mode": "adaptive", "max_attempts": 8})
SESSION_SECONDS = 900
"""The longest that AWS gives (AWS STS API Reference, "AssumeRoot")."""

LOOK = "IAMAuditRootUserCredentials"
REMOVE = "IAMDeleteRootUserCredentials"
THROTTLED = {
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}


SAID_LENGTH = 500


class ThrottledError(Exception):
    """AWS throttles the calls; the state machine tries again."""


def root_session(account: str, task: str) -> Client:
    """Give an IAM client of a session as the root user of a member account, for one task.

    The Regional endpoint is a must: the global one does not answer AssumeRoot.
    """
    sts = boto3.client("sts", region_name=os.environ["AWS_REGION"], config=RETRIES)
    given = sts.assume_root(
        TargetPrincipal=account,
        TaskPolicyArn={"arn": f"arn:{os.environ['PARTITION']}:iam::aws:policy/root-task/{task}"},
        DurationSeconds=SESSION_SECONDS,
    )["Credentials"]
    return boto3.client(
        "iam",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        config=RETRIES,
    )


def describe(account: str) -> dict[str, Any]:
    """Give an account as Organizations describes it."""
    client = boto3.client("organizations", region_name="us-east-1", config=RETRIES)
    described: dict[str, Any] = client.describe_account(AccountId=account)["Account"]
    return described


def publish(subject: str, message: str) -> None:
    """Send a message to the topic."""
    boto3.client("sns", config=RETRIES).publish(
        TopicArn=os.environ["TOPIC"], Subject=subject, Message=message
    )


def measure(metric: str, value: int) -> None:
    """Count something for the alarms."""
    boto3.client("cloudwatch", config=RETRIES).put_metric_data(
        Namespace=os.environ["NAMESPACE"],
        MetricData=[
            {
                "MetricName": metric,
                "Dimensions": [{"Name": "Sweep", "Value": os.environ["SWEEP"]}],
                "Value": value,
                "Unit": "Count",
            }
        ],
    )


def throttled(error: Exception) -> bool:
    """Tell whether AWS only wants fewer calls."""
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in THROTTLED


def said(error: Exception) -> str:
    """Give an error in words; bounded, since it becomes part of the execution's state."""
    return f"{type(error).__name__}: {error}"[:SAID_LENGTH]


def by_guardrail(error: ClientError) -> bool:
    """Tell whether a service control policy refused a call of a root session.

    AssumeRoot itself is refused in the caller's account, which is another matter.
    """
    given = error.response["Error"]
    return (
        given["Code"] == "AccessDenied"
        and "service control policy" in given.get("Message", "")
        and error.operation_name != "AssumeRoot"
    )
