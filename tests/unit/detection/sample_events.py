"""Events as AWS sends them, after the samples of its documentation, with made-up IDs."""

from __future__ import annotations

from typing import Any

FINDING: dict[str, Any] = {
    "SchemaVersion": "2018-10-08",
    "Id": "arn:aws:securityhub:eu-central-1:555555555555:security-control/S3.8/finding/0a1b",
    "ProductArn": "arn:aws:securityhub:eu-central-1::product/aws/securityhub",
    "ProductName": "Security Hub",
    "GeneratorId": "security-control/S3.8",
    "AwsAccountId": "555555555555",
    "Region": "eu-central-1",
    "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"],
    "CreatedAt": "2026-11-01T10:00:00.000Z",
    "UpdatedAt": "2026-11-01T10:00:00.000Z",
    "Severity": {"Label": "HIGH", "Normalized": 70, "Original": "HIGH"},
    "Title": "S3 general purpose buckets should block public access",
    "Description": "This control checks whether a bucket blocks public access.",
    "Remediation": {
        "Recommendation": {
            "Text": "For information on how to correct this issue, see the documentation.",
            "Url": "https://docs.aws.amazon.com/console/securityhub/S3.8/remediation",
        }
    },
    "Resources": [{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::shop", "Partition": "aws"}],
    "Compliance": {"Status": "FAILED", "SecurityControlId": "S3.8"},
    "WorkflowState": "NEW",
    "Workflow": {"Status": "NEW"},
    "RecordState": "ACTIVE",
}


def security_hub(**changes: Any) -> dict[str, Any]:
    return {
        "version": "0",
        "source": "aws.securityhub",
        "account": "333333333333",
        "region": "eu-west-1",
        "detail-type": "Security Hub Findings - Imported",
        "detail": {"findings": [{**FINDING, **changes}]},
    }


def guardduty(severity: float, *, archived: bool = False) -> dict[str, Any]:
    return {
        "version": "0",
        "source": "aws.guardduty",
        "account": "333333333333",
        "region": "eu-central-1",
        "detail-type": "GuardDuty Finding",
        "detail": {
            "schemaVersion": "2.0",
            "accountId": "555555555555",
            "region": "eu-central-1",
            "id": "16afba5c5c43e07c9e3e5e2e544e95df",
            "type": "UnauthorizedAccess:EC2/MaliciousIPCaller.Custom",
            "resource": {"resourceType": "Instance"},
            "service": {"serviceName": "guardduty", "archived": archived, "count": 3},
            "severity": severity,
            "title": "An instance talks to a custom threat list",
            "description": "EC2 instance i-0a1b talks to an address on a threat list.",
        },
    }


def api_call(
    service: str, name: str, *, user: str = "AssumedRole", **detail: Any
) -> dict[str, Any]:  # fmt: skip
    return {
        "version": "0",
        "source": f"aws.{service}",
        "account": "555555555555",
        "region": "eu-west-1",
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {
            "eventVersion": "1.11",
            "userIdentity": {"type": user, "arn": "arn:aws:iam::555555555555:root"},
            "eventTime": "2026-11-01T10:00:00Z",
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "awsRegion": "eu-west-1",
            "sourceIPAddress": "192.0.2.1",
            "errorCode": "AccessDenied",
            "eventID": "0a1b2c3d",
            "eventType": "AwsApiCall",
            **detail,
        },
    }


def done(service: str, name: str, **detail: Any) -> dict[str, Any]:
    """Give a call that was not refused."""
    event = api_call(service, name, **detail)
    del event["detail"]["errorCode"]
    return event


EXPOSED_KEY: dict[str, Any] = {
    "version": "0",
    "source": "aws.health",
    "account": "555555555555",
    "region": "us-east-1",
    "detail-type": "AWS Health Event",
    "detail": {
        "service": "RISK",
        "eventTypeCode": "AWS_RISK_CREDENTIALS_EXPOSED",
        "eventTypeCategory": "issue",
        "statusCode": "open",
        "affectedEntities": [{"entityValue": "AKIAIOSFODNN7EXAMPLE"}],
    },
}


def sign_in(user: str) -> dict[str, Any]:
    return {
        **api_call("signin", "ConsoleLogin", user=user, eventType="AwsConsoleSignIn"),
        "detail-type": "AWS Console Sign In via CloudTrail",
    }


def assume_role(role: str, *, account: str = "555555555555", **detail: Any) -> dict[str, Any]:
    """Give the event in the account of the role: there the caller is an account only."""
    return api_call(
        "sts",
        "AssumeRole",
        userIdentity={"type": "AWSAccount", "accountId": "111111111111"},
        requestParameters={
            "roleArn": f"arn:aws:iam::{account}:role/{role}",
            "roleSessionName": "break-glass-1",
            "durationSeconds": 3600,
        },
        **{"readOnly": True, "errorCode": None, **detail},
    )


def session_of(role: str) -> dict[str, Any]:
    return {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::555555555555:assumed-role/{role}/break-glass-1",
        "accountId": "555555555555",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "arn": f"arn:aws:iam::555555555555:role/{role}",
                "userName": role,
            }
        },
    }


def switch_role(role: str) -> dict[str, Any]:
    """Give the event of a role switched in the console."""
    event = api_call(
        "signin", "SwitchRole", userIdentity=session_of(role), eventType="AwsConsoleSignIn"
    )
    return {**event, "detail-type": "AWS Console Sign In via CloudTrail"}


def user_sign_in(
    name: str, *, account: str = "111111111111", result: str = "Success"
) -> dict[str, Any]:
    """Give the event of an IAM user at the console."""
    event = api_call(
        "signin",
        "ConsoleLogin",
        eventType="AwsConsoleSignIn",
        userIdentity={
            "type": "IAMUser",
            "accountId": account,
            "arn": f"arn:aws:iam::{account}:user/{name}",
            "userName": name,
        },
        responseElements={"ConsoleLogin": result},
        additionalEventData={"MFAUsed": "Yes"},
    )
    return {**event, "account": account, "detail-type": "AWS Console Sign In via CloudTrail"}
