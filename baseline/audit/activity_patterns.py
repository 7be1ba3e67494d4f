"""The recorded activity that the CIS benchmark wants an alarm for, as filter patterns.

Security Hub compares each pattern with the benchmark's own: a field more, and the control fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from baseline.config.capabilities import ActivityName


@dataclass(frozen=True, kw_only=True, slots=True)
class Activity:
    """One kind of activity with an alarm.

    Attributes:
        id: construct ID, and name of the metric.
        what: what happened, as the alarm's message says it.
        cis: number of the recommendation in CIS AWS Foundations Benchmark 5.0.0.
        control: the Security Hub control; none for changes of the organization.
        pattern: filter pattern of CloudWatch Logs.
    """

    id: str
    what: str
    cis: str
    control: str | None
    pattern: str


def _one_of(names: Iterable[str]) -> str:
    return " || ".join(f"($.eventName={name})" for name in names)


def _calls(names: str) -> str:
    return f"{{{_one_of(names.split())}}}"


def _calls_of(service: str, names: str) -> str:
    return f"{{($.eventSource={service}.amazonaws.com) && ({_one_of(names.split())})}}"


def _organization(names: str) -> str:
    # The benchmark writes this one with quotes and spaces.
    calls = " || ".join(f'($.eventName = "{name}")' for name in names.split())
    return f"{{ ($.eventSource = organizations.amazonaws.com) && ({calls}) }}"


ACTIVITIES: Mapping[ActivityName, Activity] = MappingProxyType(
    {
        "unauthorized-calls": Activity(
            id="UnauthorizedCalls",
            what="Calls were refused for want of permission",
            cis="4.1",
            control="CloudWatch.2",
            pattern='{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}',
        ),
        "sign-in-without-mfa": Activity(
            id="SignInWithoutMfa",
            what="An IAM user signed in to the console without a second factor",
            cis="4.2",
            control="CloudWatch.3",
            pattern=(
                '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && '
                '($.userIdentity.type = "IAMUser") && '
                '($.responseElements.ConsoleLogin = "Success") }'
            ),
        ),
        "root-use": Activity(
            id="RootUse",
            what="A root user was used",
            cis="4.3",
            control="CloudWatch.1",
            pattern=(
                '{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && '
                '$.eventType !="AwsServiceEvent"}'
            ),
        ),
        "iam-policy-changes": Activity(
            id="IamPolicyChanges",
            what="IAM policies were changed",
            cis="4.4",
            control="CloudWatch.4",
            pattern=_calls(
                "DeleteGroupPolicy DeleteRolePolicy DeleteUserPolicy PutGroupPolicy PutRolePolicy "
                "PutUserPolicy CreatePolicy DeletePolicy CreatePolicyVersion DeletePolicyVersion "
                "AttachRolePolicy DetachRolePolicy AttachUserPolicy DetachUserPolicy "
                "AttachGroupPolicy DetachGroupPolicy"
            ),
        ),
        "trail-changes": Activity(
            id="TrailChanges",
            what="A trail was changed",
            cis="4.5",
            control="CloudWatch.5",
            pattern=_calls("CreateTrail UpdateTrail DeleteTrail StartLogging StopLogging"),
        ),
        "sign-in-failures": Activity(
            id="SignInFailures",
            what="Sign-ins to the console failed",
            cis="4.6",
            control="CloudWatch.6",
            pattern='{($.eventName=ConsoleLogin) && ($.errorMessage="Failed authentication")}',
        ),
        "key-removal": Activity(
            id="KeyRemoval",
            what="A customer managed key was disabled or is to be deleted",
            cis="4.7",
            control="CloudWatch.7",
            pattern=_calls_of("kms", "DisableKey ScheduleKeyDeletion"),
        ),
        "bucket-policy-changes": Activity(
            id="BucketPolicyChanges",
            what="Policies of S3 buckets were changed",
            cis="4.8",
            control="CloudWatch.8",
            pattern=_calls_of(
                "s3",
                "PutBucketAcl PutBucketPolicy PutBucketCors PutBucketLifecycle "
                "PutBucketReplication DeleteBucketPolicy DeleteBucketCors DeleteBucketLifecycle "
                "DeleteBucketReplication",
            ),
        ),
        "config-changes": Activity(
            id="ConfigChanges",
            what="AWS Config was changed",
            cis="4.9",
            control="CloudWatch.9",
            pattern=_calls_of(
                "config",
                "StopConfigurationRecorder DeleteDeliveryChannel PutDeliveryChannel "
                "PutConfigurationRecorder",
            ),
        ),
        "security-group-changes": Activity(
            id="SecurityGroupChanges",
            what="Security groups were changed",
            cis="4.10",
            control="CloudWatch.10",
            pattern=_calls(
                "AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress "
                "RevokeSecurityGroupIngress RevokeSecurityGroupEgress CreateSecurityGroup "
                "DeleteSecurityGroup"
            ),
        ),
        "network-acl-changes": Activity(
            id="NetworkAclChanges",
            what="Network ACLs were changed",
            cis="4.11",
            control="CloudWatch.11",
            pattern=_calls(
                "CreateNetworkAcl CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry "
                "ReplaceNetworkAclEntry ReplaceNetworkAclAssociation"
            ),
        ),
        "gateway-changes": Activity(
            id="GatewayChanges",
            what="Gateways to other networks were changed",
            cis="4.12",
            control="CloudWatch.12",
            pattern=_calls(
                "CreateCustomerGateway DeleteCustomerGateway AttachInternetGateway "
                "CreateInternetGateway DeleteInternetGateway DetachInternetGateway"
            ),
        ),
        "route-changes": Activity(
            id="RouteChanges",
            what="Route tables were changed",
            cis="4.13",
            control="CloudWatch.13",
            pattern=_calls(
                "CreateRoute CreateRouteTable ReplaceRoute ReplaceRouteTableAssociation "
                "DeleteRouteTable DeleteRoute DisassociateRouteTable"
            ),
        ),
        "vpc-changes": Activity(
            id="VpcChanges",
            what="VPCs were changed",
            cis="4.14",
            control="CloudWatch.14",
            pattern=_calls(
                "CreateVpc DeleteVpc ModifyVpcAttribute AcceptVpcPeeringConnection "
                "CreateVpcPeeringConnection DeleteVpcPeeringConnection RejectVpcPeeringConnection "
                "AttachClassicLinkVpc DetachClassicLinkVpc DisableVpcClassicLink "
                "EnableVpcClassicLink"
            ),
        ),
        "organization-changes": Activity(
            id="OrganizationChanges",
            what="The organization was changed",
            cis="4.15",
            control=None,
            pattern=_organization(
                "AcceptHandshake AttachPolicy CreateAccount CreateOrganizationalUnit CreatePolicy "
                "DeclineHandshake DeleteOrganization DeleteOrganizationalUnit DeletePolicy "
                "DetachPolicy DisablePolicyType EnablePolicyType InviteAccountToOrganization "
                "LeaveOrganization MoveAccount RemoveAccountFromOrganization UpdatePolicy "
                "UpdateOrganizationalUnit"
            ),
        ),
    }
)
"""Name in configuration to activity, in the benchmark's order.

Source: AWS Security Hub User Guide, "Security Hub CSPM controls for Amazon CloudWatch"; CIS AWS
Foundations Benchmark 5.0.0, 4.1 to 4.15.
"""
