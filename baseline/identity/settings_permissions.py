"""What the settings role may do: the actions of each account setting, and no others."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

SESSION_DOCUMENT = "SSM-SessionManagerRunShell"
"""Name of the account's Session Manager preferences.

Source: AWS Systems Manager User Guide, "Create Session Manager preferences".
"""


EXPLORER_ROLE = (
    "arn:{partition}:iam::{account}:role/aws-service-role/resource-explorer-2.amazonaws.com"
    "/AWSServiceRoleForResourceExplorer"
)
NETWORK = ("internet-gateway/*", "security-group/*", "subnet/*", "vpc/*")
EVERYTHING = ["*"]


def _arn(service: str, resource: str) -> str:
    return f"arn:{{partition}}:{service}:*:{{account}}:{resource}"


SETTINGS: tuple[tuple[str, list[str], list[str]], ...] = (
    (
        "PasswordPolicy",
        ["iam:GetAccountPasswordPolicy", "iam:UpdateAccountPasswordPolicy"],
        EVERYTHING,
    ),
    (
        "EbsEncryption",
        [
            "ec2:EnableEbsEncryptionByDefault",
            "ec2:GetEbsDefaultKmsKeyId",
            "ec2:GetEbsEncryptionByDefault",
            "ec2:ModifyEbsDefaultKmsKeyId",
        ],
        EVERYTHING,
    ),
    # EC2 accepts a default key that does not exist, so the key is looked up first.
    ("VolumeKey", ["kms:DescribeKey"], [_arn("kms", "key/*")]),
    # ECR asks Inspector in the caller's name.
    (
        "ImageScanning",
        [
            "ecr:GetRegistryScanningConfiguration",
            "ecr:PutRegistryScanningConfiguration",
            "inspector2:Enable",
        ],
        EVERYTHING,
    ),
    (
        "FindDefaultNetwork",
        [
            "ec2:DescribeInternetGateways",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeRouteTables",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
        ],
        EVERYTHING,
    ),
    (
        "RemoveDefaultNetwork",
        [
            "ec2:DeleteInternetGateway",
            "ec2:DeleteSubnet",
            "ec2:DeleteVpc",
            "ec2:DetachInternetGateway",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
        ],
        [_arn("ec2", kind) for kind in NETWORK],
    ),
    (
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
    (
        "ResourceExplorer",
        [
            "resource-explorer-2:AssociateDefaultView",
            "resource-explorer-2:CreateIndex",
            "resource-explorer-2:CreateView",
            "resource-explorer-2:GetDefaultView",
            "resource-explorer-2:GetIndex",
            "resource-explorer-2:ListIndexes",
            "resource-explorer-2:ListViews",
        ],
        EVERYTHING,
    ),
    (
        "ResourceExplorerIndex",
        ["resource-explorer-2:UpdateIndexType"],
        [_arn("resource-explorer-2", "index/*")],
    ),
    # The first index of an account makes it.
    (
        "ResourceExplorerRole",
        ["iam:CreateServiceLinkedRole"],
        [EXPLORER_ROLE],
    ),
    (
        "AccountPublicAccessBlock",
        ["s3:GetAccountPublicAccessBlock", "s3:PutAccountPublicAccessBlock"],
        EVERYTHING,
    ),
    (
        "ContactsAndRegions",
        [
            "account:DisableRegion",
            "account:EnableRegion",
            "account:GetAlternateContact",
            "account:ListRegions",
            "account:PutAlternateContact",
        ],
        ["arn:{partition}:account::{account}:account"],
    ),
)
"""Statement ID, actions and resources of each setting; ARNs still lack partition and account."""


EC2_ATTRIBUTES = (
    "Ec2Attributes",
    [
        "ec2:DisableSerialConsoleAccess",
        "ec2:EnableImageBlockPublicAccess",
        "ec2:GetImageBlockPublicAccessState",
        "ec2:GetInstanceMetadataDefaults",
        "ec2:GetSerialConsoleAccessStatus",
        "ec2:ModifyInstanceMetadataDefaults",
    ],
    EVERYTHING,
)
"""What an organization declares by policy, for an account alone."""


def settings_statements(*, standalone: bool = False) -> list[iam.PolicyStatement]:
    """Give the statements, one per setting, in the order of the settings.

    Args:
        standalone: the account is in no organization that declares EC2's attributes; False by
            default.
    """
    settings = [*SETTINGS, EC2_ATTRIBUTES] if standalone else SETTINGS
    partition, account = cdk.Aws.PARTITION, cdk.Aws.ACCOUNT_ID
    return [
        iam.PolicyStatement(
            sid=sid,
            actions=actions,
            resources=[item.format(partition=partition, account=account) for item in resources],
        )
        for sid, actions, resources in settings
    ]


def settings_wildcards() -> list[str]:
    """Give the resources with a wildcard, as cdk-nag writes them."""
    return [
        item.format(partition="<AWS::Partition>", account="<AWS::AccountId>")
        for _, _, resources in SETTINGS
        for item in resources
        if "*" in item
    ]
