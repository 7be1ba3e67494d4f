"""What the baseline's own roles must always be able to do, whatever guardrails a unit has.

A guardrail that stops the deployment can be repaired from the management account only; one that
stops break-glass or the response is found out at the worst moment. So this is checked at synth.

Source: the actions that the stacks of this project need when CloudFormation creates, changes and
reads their resources (CloudFormation resource schemas, handlers' permissions).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from baseline.guardrails.model import RoleClass
from baseline.guardrails.request import Request
from baseline.guardrails.roles import CONTROL_TOWER, Roles

EDGE_REGION = "us-east-1"
_UUID = "00000000-0000-0000-0000-000000000000"

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

_IMAGES = (
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
_WAYS_IN = (
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

_PROVIDERS = (
    "iam:CreateOpenIDConnectProvider",
    "iam:TagOpenIDConnectProvider",
    "iam:UpdateOpenIDConnectProviderThumbprint",
)
_POLICIES = ("iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicyVersion")
_GROUPS = ("iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:CreateGroup")

_CONTROL_TOWER = (
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
_ADMINISTRATION = (
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

_ADVICE = (
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

_BEYOND = frozenset({RoleClass.DEPLOYERS, RoleClass.BREAK_GLASS})
"""Classes that also work in North Virginia, where the edge stands."""


def requests_of(
    roles: Roles, accounts: Mapping[str, str], regions: Sequence[str]
) -> Iterator[tuple[str, Request]]:
    """Give the requests that must be allowed, each with the reason.

    Resources are those that guardrails protect, so that the exemption is what lets them pass.

    Args:
        roles: The organization's roles.
        accounts: ``member`` and the core accounts, to their IDs.
        regions: Governed Regions.
    """
    for role_class, actions in NEEDS.items():
        if not roles.patterns(role_class):
            continue
        places = dict.fromkeys([*regions, *([EDGE_REGION] if role_class in _BEYOND else [])])
        for principal in roles.examples(role_class, accounts["member"]):
            for region in places:
                for action in actions:
                    request = _request(principal, action, region, roles.prefix, accounts)
                    yield f"{role_class.value} need it", request
    yield from _ways_in(roles, accounts, regions)
    yield from _detection(roles, accounts, regions)
    yield from _images(roles, accounts, regions)
    if roles.control_tower:
        yield from _control_tower(roles, accounts, regions)


def _control_tower(
    roles: Roles, accounts: Mapping[str, str], regions: Sequence[str]
) -> Iterator[tuple[str, Request]]:
    """Give what Control Tower does in the accounts that it governs."""
    for account in accounts.values():
        principal = f"arn:aws:iam::{account}:role/{CONTROL_TOWER}"
        for region in regions:
            for action in _CONTROL_TOWER:
                request = _request(principal, action, region, roles.prefix, accounts)
                yield "Control Tower needs it", request


def _detection(
    roles: Roles, accounts: Mapping[str, str], regions: Sequence[str]
) -> Iterator[tuple[str, Request]]:
    """Give what keeps the administered services as they should be, and what reads Trusted Advisor."""
    administrator = f"role/{roles.prefix}-detection-administrator"
    for region in regions:
        for action in _ADMINISTRATION:
            principal = f"arn:aws:iam::{roles.security_account}:{administrator}"
            request = _request(principal, action, region, roles.prefix, accounts)
            yield "the administrator of Macie, Detective and Inspector needs it", request
    for account in accounts.values():
        for action in _ADVICE:
            principal = f"arn:aws:iam::{account}:role/{roles.prefix}-trusted-advisor"
            request = _request(principal, action, EDGE_REGION, roles.prefix, accounts)
            yield "the reader of Trusted Advisor needs it", request


def _images(
    roles: Roles, accounts: Mapping[str, str], regions: Sequence[str]
) -> Iterator[tuple[str, Request]]:
    """Give what builds golden images and shares them with the organization."""
    principal = f"arn:aws:iam::{accounts['shared_services']}:role/{roles.prefix}-image-build"
    for region in regions:
        for action in _IMAGES:
            request = _request(principal, action, region, roles.prefix, accounts)
            yield "the builder of golden images needs it", request


def _ways_in(
    roles: Roles, accounts: Mapping[str, str], regions: Sequence[str]
) -> Iterator[tuple[str, Request]]:
    """Give what makes and uses the emergency role, the boundary and the deploy roles."""
    for principal in roles.examples(RoleClass.DEPLOYERS, accounts["member"]):
        own = f"arn:aws:iam::{principal.split(':')[4]}"
        changes = {
            f"{own}:role/{roles.break_glass}": _WAYS_IN,
            f"{own}:role/{roles.prefix}-deploy-baseline": _WAYS_IN,
            f"{own}:policy/{roles.prefix}-boundary": _POLICIES,
            f"{own}:group/{roles.prefix}-second-factor": _GROUPS,
            f"{own}:oidc-provider/token.actions.githubusercontent.com": _PROVIDERS,
        }
        for resource, actions in changes.items():
            for action in actions:
                yield (
                    "deployers make the ways in",
                    Request(
                        principal_arn=principal,
                        action=action,
                        resource=resource,
                        region=EDGE_REGION,
                    ),
                )
    # The users stand in the management account; what binds the role there is resource policies.
    for place in accounts.values():
        for region in dict.fromkeys([*regions, EDGE_REGION]):
            yield (
                "break-glass users need it",
                Request(
                    principal_arn=f"arn:aws:iam::{accounts['management']}:user/break-glass-1",
                    action="sts:AssumeRole",
                    resource=f"arn:aws:iam::{place}:role/{roles.break_glass}",
                    region=region,
                    context={"aws:MultiFactorAuthPresent": "true"},
                ),
            )
    for place in roles.core_accounts:
        bootstrap = f"cdk-{roles.qualifier}-deploy-role-{place}-{roles.home_region}"
        pipeline = f"arn:aws:iam::{accounts['shared_services']}:role/{roles.prefix}-deploy-baseline"
        yield (
            "pipelines deploy with it",
            Request(
                principal_arn=pipeline,
                action="sts:AssumeRole",
                resource=f"arn:aws:iam::{place}:role/{bootstrap}",
                region=roles.home_region,
            ),
        )


def _request(
    principal: str, action: str, region: str, prefix: str, accounts: Mapping[str, str]
) -> Request:
    return Request(
        principal_arn=principal,
        action=action,
        region=region,
        resource=_resource(principal, action, prefix, accounts),
        context=_context(action, prefix),
    )


def _resource(principal: str, action: str, prefix: str, accounts: Mapping[str, str]) -> str:
    """Give the resource of an action, in the caller's account: one that guardrails protect."""
    own, home = principal.split(":")[4], "eu-west-1"
    if action.startswith("s3:") and principal.endswith("-responder"):
        # The baseline's own buckets stay protected from the responders, too.
        return "arn:aws:s3:::workload-bucket"
    known = {
        "s3": f"arn:aws:s3:::{prefix}-org-logs-{accounts['log_archive']}-{home}",
        "cloudtrail": f"arn:aws:cloudtrail:{home}:{accounts['management']}:trail/{prefix}-org-trail",
        "iam": f"arn:aws:iam::{own}:role/{_subject(principal, prefix)}",
        "secretsmanager": f"arn:aws:secretsmanager:{home}:{own}:secret:{prefix}-access-key/x",
        **{name: f"arn:aws:{name}:{home}:{own}:{rest}" for name, rest in _own(prefix).items()},
    }
    if action.endswith("Alias"):
        return f"arn:aws:kms:{home}:{own}:alias/{prefix}-logs"
    return known.get(action.partition(":")[0], "*")


def _own(prefix: str) -> dict[str, str]:
    """Give service to the last part of the ARN of one of the baseline's resources."""
    return {
        "cloudformation": f"stack/{prefix}-security/{_UUID}",
        "cloudwatch": f"alarm:{prefix}-delivery",
        "ec2": "instance/i-0123456789abcdef0",
        "events": f"rule/{prefix}-findings",
        "kms": f"key/{_UUID}",
        "lambda": f"function:{prefix}-findings",
        "logs": f"log-group:{prefix}-cloudtrail",
        "sns": f"{prefix}-findings-critical",
        "sqs": f"{prefix}-dead-letters",
        "states": f"stateMachine:{prefix}-settings",
    }


def _subject(principal: str, prefix: str) -> str:
    """Give the role that is changed: the baseline's own change other people's roles only."""
    return "Workload" if f":role/{prefix}-" in principal else f"{prefix}-settings-reconciler"


def _context(action: str, prefix: str) -> dict[str, list[str]]:
    """Give the condition keys of an action: the alias of a protected key."""
    return {"kms:ResourceAliases": [f"alias/{prefix}-logs"]} if action.startswith("kms:") else {}
