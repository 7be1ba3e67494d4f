"""Policies of VPC endpoints: our identities to our resources, and the named exceptions.

Without them an endpoint is a way out: anyone inside the VPC could copy data to a bucket of their
own with keys of their own, past every IAM policy of the organization.

Source: AWS whitepaper "Building a Data Perimeter on AWS", "Network perimeter"; AWS PrivateLink
Guide, "Control access to VPC endpoints using endpoint policies".
"""

from __future__ import annotations

from dataclasses import dataclass

import aws_cdk as cdk
from constructs import Construct


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceBucket:
    """Buckets of AWS that software in a VPC needs.

    Attributes:
        names: bucket names with an object pattern; ``{region}`` is the Region and
            ``{plain_region}`` the Region without dashes.
        action: the one action allowed.
        reason: what stops working without them.
        source: AWS documentation that lists them.
    """

    names: tuple[str, ...]
    action: str
    reason: str
    source: str


SERVICE_BUCKETS = (
    ServiceBucket(
        names=(
            "aws-ssm-{region}/*",
            "amazon-ssm-{region}/*",
            "amazon-ssm-packages-{region}/*",
            "aws-windows-downloads-{region}/*",
            "{region}-birdwatcher-prod/*",
            "aws-ssm-distributor-file-{region}/*",
            "aws-ssm-document-attachments-{region}/*",
            "patch-baseline-snapshot-{region}/*",
        ),
        action="s3:GetObject",
        reason="SSM Agent updates itself, takes documents and packages, and patches",
        source='AWS Systems Manager User Guide, "SSM Agent communications with AWS managed S3 buckets"',
    ),
    ServiceBucket(
        names=(
            "al2023-repos-{region}-de612dc2/*",
            "amazonlinux-2-repos-{region}/*",
            "amazonlinux.{region}.amazonaws.com/*",
            "packages.{region}.amazonaws.com/*",
            "repo.{region}.amazonaws.com/*",
        ),
        action="s3:GetObject",
        reason="Amazon Linux 2 and 2023 install and update packages, with unsigned requests",
        source='Amazon Linux 2023 User Guide and Amazon Linux 2 User Guide, "Kernel Live Patching"',
    ),
    ServiceBucket(
        names=("prod-{region}-starport-layer-bucket/*",),
        action="s3:GetObject",
        reason="image layers of Amazon ECR, with requests that ECR signs",
        source='Amazon ECR User Guide, "Minimum Amazon S3 Bucket Permissions for Amazon ECR"',
    ),
    ServiceBucket(
        names=("amazoncloudwatch-agent-{region}/*", "amazoncloudwatch-agent/*"),
        action="s3:GetObject",
        reason="installation of the CloudWatch agent, with unsigned requests",
        source='Amazon CloudWatch User Guide, "Download the CloudWatch agent package"',
    ),
    ServiceBucket(
        names=(
            "cloudformation-custom-resource-response-{plain_region}/*",
            "cloudformation-waitcondition-{region}/*",
        ),
        action="s3:PutObject",
        reason="custom resources and wait conditions answer CloudFormation from inside the VPC",
        source='AWS CloudFormation User Guide, "Setting up VPC endpoints for AWS CloudFormation"',
    ),
)
"""Service-owned buckets that stay reachable. Who signs the requests is AWS or nobody, so a
condition on the organization would close them; the action and the bucket names are the bound."""

Statement = dict[str, object]


class EndpointPolicies:
    """The policy documents of the endpoints of one stack.

    Args:
        scope: a construct of the stack.
        organization_id: the organization that identities and resources must belong to; the
            stack's own account where None.
    """

    def __init__(self, scope: Construct, *, organization_id: str | None) -> None:
        stack = cdk.Stack.of(scope)
        self._partition = stack.partition
        self._region = stack.region
        if organization_id is None:
            self._identity = {"aws:PrincipalAccount": stack.account}
            self._resource = {"aws:ResourceAccount": stack.account}
        else:
            self._identity = {"aws:PrincipalOrgID": organization_id}
            self._resource = {"aws:ResourceOrgID": organization_id}

    def s3(self) -> Statement:
        """Give the policy of the S3 gateway endpoint, with the buckets of AWS that stay open."""
        by_action: dict[str, list[str]] = {}
        for row in SERVICE_BUCKETS:
            by_action.setdefault(row.action, []).extend(self._bucket(name) for name in row.names)
        return _document(
            self._ours("s3:*"),
            *(
                _allow(f"AwsOwnedBuckets{action.removeprefix('s3:')}", [action], resources)
                for action, resources in by_action.items()
            ),
        )

    def dynamodb(self) -> Statement:
        """Give the policy of the DynamoDB gateway endpoint."""
        return _document(self._ours("dynamodb:*"))

    def interface(self, service: str, prefix: str) -> Statement:
        """Give the policy of an interface endpoint, with the exceptions that its service needs.

        Args:
            service: last part of the endpoint's name.
            prefix: prefix of the service's IAM actions.
        """
        exceptions = {
            "ec2": self._amazon_images,
            "ssm": self._amazon_documents,
            "sts": self._federated_sessions,
        }
        exception = exceptions.get(service)
        return _document(self._ours(f"{prefix}:*"), *(exception() if exception else ()))

    def _ours(self, action: str) -> Statement:
        return _allow(
            "OurIdentitiesToOurResources", [action], ["*"], self._identity | self._resource
        )

    def _amazon_documents(self) -> tuple[Statement, ...]:
        # Documents and public parameters of AWS belong to no organization of ours.
        # Source: AWS Systems Manager User Guide, "Working with public parameters".
        owned = f"arn:{self._partition}:ssm:{self._region}::"
        documents = [
            "ssm:CreateAssociation",
            "ssm:DescribeDocument",
            "ssm:DescribeDocumentParameters",
            "ssm:GetDocument",
            "ssm:ListDocumentVersions",
            "ssm:SendCommand",
            "ssm:StartSession",
        ]
        parameters = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
        return (
            _allow("AmazonDocuments", documents, [f"{owned}document/*"], self._identity),
            _allow("AmazonParameters", parameters, [f"{owned}parameter/aws/*"], self._identity),
        )

    def _amazon_images(self) -> tuple[Statement, ...]:
        # Source: Amazon EC2 User Guide, "Example policies to control access" (launch instances).
        images = _allow(
            "AmazonImages",
            ["ec2:RunInstances", "ec2:CreateReplaceRootVolumeTask"],
            [f"arn:{self._partition}:ec2:{self._region}::image/*"],
            self._identity | {"ec2:Owner": "amazon"},
        )
        return (images,)

    def _federated_sessions(self) -> tuple[Statement, ...]:
        # A workload that signs in with a token is no identity of the organization yet; the role is.
        sessions = _allow(
            "FederatedSessionsOfOurRoles",
            ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"],
            ["*"],
            self._resource,
        )
        return (sessions | {"Principal": {"Federated": "*"}},)

    def _bucket(self, name: str) -> str:
        plain = (
            cdk.Fn.join("", cdk.Fn.split("-", self._region))
            if cdk.Token.is_unresolved(self._region)
            else self._region.replace("-", "")
        )
        return f"arn:{self._partition}:s3:::" + name.format(region=self._region, plain_region=plain)


def _allow(
    sid: str, actions: list[str], resources: list[str], equals: dict[str, str] | None = None
) -> Statement:
    statement: Statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": "*",
        "Action": actions,
        "Resource": resources,
    }
    if equals:
        statement["Condition"] = {"StringEquals": equals}
    return statement


def _document(*statements: Statement) -> Statement:
    return {"Version": "2012-10-17", "Statement": list(statements)}
