"""What the settings role may do: the actions of each account setting, and no others."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

SESSION_DOCUMENT = "SSM-SessionManagerRunShell"
"""Name of the account's Session Manager preferences.

Source: AWS Systems Manager User Guide, "Create Session Manager preferences".
"""


def settings_statements() -> list[iam.PolicyStatement]:
    """Give the statements, one per setting, in the order of the settings."""
    everything = ("*",)
    return [
        _statement(
            "PasswordPolicy",
            ["iam:GetAccountPasswordPolicy", "iam:UpdateAccountPasswordPolicy"],
            everything,
        ),
        _statement(
            "EbsEncryption",
            [
                "ec2:EnableEbsEncryptionByDefault",
                "ec2:GetEbsDefaultKmsKeyId",
                "ec2:GetEbsEncryptionByDefault",
                "ec2:ModifyEbsDefaultKmsKeyId",
            ],
            everything,
        ),
        _statement(
            "FindDefaultNetwork",
            [
                "ec2:DescribeInternetGateways",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeRegions",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            everything,
        ),
        _statement(
            "RemoveDefaultNetwork",
            [
                "ec2:DeleteInternetGateway",
                "ec2:DeleteSubnet",
                "ec2:DeleteVpc",
                "ec2:DetachInternetGateway",
                "ec2:RevokeSecurityGroupEgress",
                "ec2:RevokeSecurityGroupIngress",
            ],
            [_arn("ec2", kind) for kind in _NETWORK],
        ),
        _statement(
            "SessionPreferences",
            [
                "ssm:CreateDocument",
                "ssm:DescribeDocument",
                "ssm:GetDocument",
                "ssm:UpdateDocument",
                "ssm:UpdateDocumentDefaultVersion",
            ],
            [_arn("ssm", f"document/{SESSION_DOCUMENT}")],
        ),
        _statement(
            "AccountPublicAccessBlock",
            ["s3:GetAccountPublicAccessBlock", "s3:PutAccountPublicAccessBlock"],
            everything,
        ),
        _statement(
            "ContactsAndRegions",
            [
                "account:DisableRegion",
                "account:EnableRegion",
                "account:GetAlternateContact",
                "account:GetRegionOptStatus",
                "account:ListRegions",
                "account:PutAlternateContact",
            ],
            [f"arn:{cdk.Aws.PARTITION}:account::{cdk.Aws.ACCOUNT_ID}:account"],
        ),
    ]


_NETWORK = ("internet-gateway/*", "security-group/*", "subnet/*", "vpc/*")


def _arn(service: str, resource: str) -> str:
    return f"arn:{cdk.Aws.PARTITION}:{service}:*:{cdk.Aws.ACCOUNT_ID}:{resource}"


def _statement(sid: str, actions: Sequence[str], resources: Sequence[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid=sid, actions=list(actions), resources=list(resources))
