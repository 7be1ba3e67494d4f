"""What each of the baseline's own roles needs, action by action.

:mod:`baseline.guardrails.lock_out` makes requests of it that no guardrail may deny.
"""

from __future__ import annotations

from collections.abc import Mapping

from baseline.guardrails.model import RoleClass

_DEPLOYMENT = (
    "access-analyzer:UpdateAnalyzer",
    "cloudformation:CreateChangeSet",
    "cloudformation:DeleteStack",
    "cloudformation:ExecuteChangeSet",
    "cloudwatch:PutMetricAlarm",
    "config:PutConfigurationRecorder",
    "config:PutDeliveryChannel",
    "config:StartConfigurationRecorder",
    "detective:UpdateOrganizationConfiguration",
    "ec2:AllocateAddress",
    "ec2:CreateInternetGateway",
    "ec2:CreateNatGateway",
    "ec2:CreateVpc",
    "events:PutRule",
    "events:PutTargets",
    "guardduty:CreatePublishingDestination",
    "guardduty:UpdatePublishingDestination",
    "iam:CreateRole",
    "iam:PassRole",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "inspector2:UpdateOrganizationConfiguration",
    "kms:CreateAlias",
    "kms:CreateKey",
    "kms:PutKeyPolicy",
    "lambda:CreateFunction",
    "lambda:UpdateFunctionCode",
    "logs:PutRetentionPolicy",
    "macie2:UpdateMacieSession",
    "s3:PutAccountPublicAccessBlock",
    "s3:PutBucketPolicy",
    "s3:PutLifecycleConfiguration",
    "securityhub:StartConfigurationPolicyAssociation",
    "securityhub:UpdateConfigurationPolicy",
    "securityhub:UpdateFindingAggregator",
    "securityhub:UpdateOrganizationConfiguration",
    "sns:SetTopicAttributes",
    "sqs:SetQueueAttributes",
    "ssm:PutParameter",
    "ssm:RegisterDefaultPatchBaseline",
    "ssm:RegisterTaskWithMaintenanceWindow",
    "ssm:UpdateAssociation",
    "states:UpdateStateMachine",
    "sts:AssumeRole",
)
_EMERGENCY = (
    "account:PutAlternateContact",
    "cloudformation:DeleteStack",
    "cloudtrail:StartLogging",
    "cloudtrail:UpdateTrail",
    "ec2:ModifyEbsDefaultKmsKeyId",
    "ec2:ModifySnapshotAttribute",
    "ec2:RunInstances",
    "ec2:StopInstances",
    "events:DisableRule",
    "guardduty:UpdateDetector",
    "iam:CreateRole",
    "iam:CreateUser",
    "iam:DeleteAccessKey",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateSAMLProvider",
    "kms:PutKeyPolicy",
    "lambda:UpdateFunctionCode",
    "s3:PutAccountPublicAccessBlock",
    "s3:PutBucketPolicy",
    "securityhub:UpdateSecurityHubConfiguration",
)
_SETTINGS = (
    "account:DisableRegion",
    "account:EnableRegion",
    "account:GetAlternateContact",
    "account:ListRegions",
    "account:PutAlternateContact",
    "ec2:DeleteInternetGateway",
    "ec2:DeleteSubnet",
    "ec2:DeleteVpc",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "ec2:DetachInternetGateway",
    "ec2:EnableEbsEncryptionByDefault",
    "ec2:GetEbsDefaultKmsKeyId",
    "ec2:GetEbsEncryptionByDefault",
    "ec2:ModifyEbsDefaultKmsKeyId",
    "ec2:RevokeSecurityGroupEgress",
    "ec2:RevokeSecurityGroupIngress",
    "ecr:GetRegistryScanningConfiguration",
    "ecr:PutRegistryScanningConfiguration",
    "iam:CreateServiceLinkedRole",
    "iam:GetAccountPasswordPolicy",
    "iam:UpdateAccountPasswordPolicy",
    "inspector2:Enable",
    "kms:DescribeKey",
    "resource-explorer-2:AssociateDefaultView",
    "resource-explorer-2:CreateIndex",
    "resource-explorer-2:CreateView",
    "resource-explorer-2:GetDefaultView",
    "resource-explorer-2:GetIndex",
    "resource-explorer-2:ListIndexes",
    "resource-explorer-2:ListViews",
    "resource-explorer-2:UpdateIndexType",
    "s3:GetAccountPublicAccessBlock",
    "s3:PutAccountPublicAccessBlock",
    "ssm:CreateDocument",
    "ssm:DescribeDocument",
    "ssm:GetDocument",
    "ssm:UpdateDocument",
    "ssm:UpdateDocumentDefaultVersion",
)
_RESPONSE = (
    # Access keys, role sessions, root users, logs and detection
    "cloudtrail:StartLogging",
    "config:StartConfigurationRecorder",
    "guardduty:StartMonitoringMembers",
    "guardduty:UpdateDetector",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:DeleteAccessKey",
    "iam:DeleteLoginProfile",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:UpdateAccessKey",
    # Buckets, objects, databases and what is shared
    "ec2:EnableImageBlockPublicAccess",
    "ec2:EnableSnapshotBlockPublicAccess",
    "ec2:ModifyImageAttribute",
    "ec2:ModifySnapshotAttribute",
    "rds:AddTagsToResource",
    "rds:CreateDBClusterSnapshot",
    "rds:CreateDBSnapshot",
    "rds:ModifyDBClusterSnapshotAttribute",
    "rds:ModifyDBInstance",
    "rds:ModifyDBSnapshotAttribute",
    "redshift:ModifyCluster",
    "s3:DeleteObjectVersion",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketVersioning",
    "s3:PutLifecycleConfiguration",
    "s3:PutObjectLegalHold",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionTagging",
)
_RESPONSE_TO_MACHINES = (
    "autoscaling:DetachInstances",
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:CopySnapshot",
    "ec2:CreateNetworkAcl",
    "ec2:CreateNetworkAclEntry",
    "ec2:CreateSecurityGroup",
    "ec2:CreateSnapshot",
    "ec2:CreateSnapshots",
    "ec2:CreateTags",
    "ec2:DeleteSecurityGroup",
    "ec2:DisassociateIamInstanceProfile",
    "ec2:ModifyInstanceAttribute",
    "ec2:ModifyNetworkInterfaceAttribute",
    "ec2:ReplaceNetworkAclAssociation",
    "ec2:RevokeSecurityGroupEgress",
    "ec2:RevokeSecurityGroupIngress",
    "ec2:StopInstances",
    "ecs:UpdateContainerInstancesState",
    "elasticloadbalancing:DeregisterInstancesFromLoadBalancer",
    "elasticloadbalancing:DeregisterTargets",
    "route53resolver:UpdateFirewallDomains",
    "ssm:SendCommand",
)
"""What playbooks about machines do: baseline/response/playbooks/compute_statements.py.

Stopping the baseline's own functions and sharing snapshots with others than the forensic account
stays denied to them, too.
"""

IMAGES = (
    "ec2:CopyImage",
    "ec2:CreateImage",
    "ec2:CreateTags",
    "ec2:DeregisterImage",
    "ec2:ModifyImageAttribute",
    "ec2:TerminateInstances",
    "iam:PassRole",
    "sns:Publish",
    "ssm:PutParameter",
    "ssm:SendCommand",
)
WAYS_IN = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
)
"""What the deployers do with the emergency role and the deploy roles, which get no boundary."""

PROVIDERS = (
    "iam:CreateOpenIDConnectProvider",
    "iam:TagOpenIDConnectProvider",
    "iam:UpdateOpenIDConnectProviderThumbprint",
)
POLICIES = ("iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicyVersion")
GROUPS = ("iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:CreateGroup")

CONTROL_TOWER_STACKS = (
    "cloudformation:CreateStack",
    "cloudformation:DeleteStack",
    "cloudformation:UpdateStack",
    "config:DeleteConfigurationRecorder",
    "config:DeleteDeliveryChannel",
    "config:PutConfigurationRecorder",
    "config:PutDeliveryChannel",
    "config:StartConfigurationRecorder",
    "events:DeleteRule",
    "events:PutRule",
    "events:PutTargets",
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:PassRole",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "lambda:CreateFunction",
    "lambda:UpdateFunctionCode",
    "logs:PutRetentionPolicy",
    "s3:PutBucketPolicy",
    "s3:PutLifecycleConfiguration",
    "sns:SetTopicAttributes",
)
"""What Control Tower's stacks do in an account that it governs.

Source: AWS Control Tower User Guide, "Resources created in the shared accounts", and the resources
of AWSControlTowerServiceRolePolicy.
"""

_CREDENTIALS = (
    "iam:CreateAccessKey",
    "iam:DeleteAccessKey",
    "iam:DeleteLoginProfile",
    "iam:GetAccessKeyLastUsed",
    "iam:GetLoginProfile",
    "iam:ListAccessKeys",
    "iam:ListUserTags",
    "iam:ListUsers",
    "iam:UpdateAccessKey",
    "secretsmanager:CreateSecret",
    "secretsmanager:DescribeSecret",
    "secretsmanager:PutResourcePolicy",
    "secretsmanager:PutSecretValue",
    "secretsmanager:RestoreSecret",
    "secretsmanager:TagResource",
    "secretsmanager:UntagResource",
)
ADMINISTRATION = (
    "detective:CreateMembers",
    "detective:StartMonitoringMember",
    "detective:UpdateDatasourcePackages",
    "detective:UpdateOrganizationConfiguration",
    "inspector2:AssociateMember",
    "inspector2:UpdateConfiguration",
    "inspector2:UpdateOrgEc2DeepInspectionConfiguration",
    "macie2:CreateMember",
    "macie2:EnableMacie",
    "macie2:PutClassificationExportConfiguration",
    "macie2:PutFindingsPublicationConfiguration",
    "macie2:UpdateAutomatedDiscoveryConfiguration",
    "macie2:UpdateMacieSession",
    "macie2:UpdateMemberSession",
    "macie2:UpdateOrganizationConfiguration",
    "macie2:UpdateSensitivityInspectionTemplate",
)
"""What the administrator of Macie, Detective and Inspector does in the security account."""

ADVICE = (
    "support:DescribeTrustedAdvisorCheckResult",
    "support:DescribeTrustedAdvisorChecks",
    "support:RefreshTrustedAdvisorCheck",
)
"""What the reader of Trusted Advisor does in every account, where AWS Support answers."""

_BACKUPS = (
    "backup:CopyFromBackupVault",
    "backup:CopyIntoBackupVault",
    "dynamodb:StartAwsBackupJob",
    "ec2:CopyImage",
    "ec2:CopySnapshot",
    "ec2:CreateImage",
    "ec2:CreateSnapshot",
    "ec2:DeleteSnapshot",
    "ec2:ModifyImageAttribute",
    "ec2:ModifySnapshotAttribute",
    "elasticfilesystem:Backup",
    "rds:CopyDBClusterSnapshot",
    "rds:CreateDBClusterSnapshot",
    "rds:CreateDBSnapshot",
    "rds:ModifyDBClusterSnapshotAttribute",
    "rds:ModifyDBSnapshotAttribute",
)
"""What the role of AWS Backup does to back up, and to share a backup with the account of the copies.

Source: AWS Managed Policy Reference, "AWSBackupServiceRolePolicyForBackup".
"""

NEEDS: Mapping[RoleClass, tuple[str, ...]] = {
    RoleClass.DEPLOYERS: _DEPLOYMENT,
    RoleClass.BREAK_GLASS: _EMERGENCY,
    RoleClass.SERVICE_ROLES: _SETTINGS,
    RoleClass.RESPONDERS: (*_RESPONSE, *_RESPONSE_TO_MACHINES),
    RoleClass.CREDENTIALS: _CREDENTIALS,
    RoleClass.BACKUPS: _BACKUPS,
}
"""Role class to the actions that it needs in every governed Region."""

BEYOND = frozenset({RoleClass.DEPLOYERS, RoleClass.BREAK_GLASS})
"""Classes that also work in North Virginia, where the edge stands."""
