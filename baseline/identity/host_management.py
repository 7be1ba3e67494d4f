"""Roles of instances: Default Host Management, and the policy that lets an instance record sessions."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.audit.session_log_bucket import PREFIX
from baseline.config import Names
from baseline.identity.archive_writing import explain_writing, writing_statements
from baseline.primitives.acknowledge import acknowledge

SERVICE = "ssm.amazonaws.com"
MANAGED_POLICY = "AmazonSSMManagedEC2InstanceDefaultPolicy"


class HostManagementRole(Construct):
    """The role that Systems Manager gives to instances that have none which manages them.

    Any program on any instance of the account can get its credentials. So it may do what the agent
    does and write its own account's session logs, and must never do more. The prefix of its name
    keeps it from everybody but the deployers (guardrail protect-exempt-roles). Its trust has no
    source condition: AWS documents none for this role, and only roles of the account itself can
    be passed to the setting that names it.

    Args:
        scope: parent construct; once per account.
        id: construct ID.
        role_name: physical name, which the setting of each Region names.

    Attributes:
        role: the ``aws_iam.Role``.

    Source: AWS Systems Manager User Guide, "Managing EC2 instances automatically with Default Host
    Management Configuration"; AWS Managed Policy Reference, AmazonSSMManagedEC2InstanceDefaultPolicy.
    """

    def __init__(self, scope: Construct, id: str, *, role_name: str) -> None:
        super().__init__(scope, id)
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description="Systems Manager manages instances that have no role for it",
            assumed_by=iam.ServicePrincipal(SERVICE),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(MANAGED_POLICY)],
        )
        acknowledge(
            self.role,
            {
                f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{MANAGED_POLICY}]": (
                    "the agent's own calls, which AWS extends with the agent; a copy would leave "
                    "instances unmanaged after an update"
                )
            },
        )


class SessionRecordingPolicy(Construct):
    """What an instance's role needs where sessions are recorded, for any role of the account.

    Default Host Management has it already. Teams attach it to the roles of their instances before
    recording is required: the agent refuses a session that it cannot record.

    Args:
        scope: parent construct; once per account.
        id: construct ID.
        names: names of the baseline.
        role: the role that has it from the beginning; none by default.

    Attributes:
        policy: the ``aws_iam.ManagedPolicy``.

    Source: AWS Systems Manager User Guide, "Creating an IAM role with permissions for Session
    Manager and Amazon S3 and CloudWatch Logs".
    """

    def __init__(
        self, scope: Construct, id: str, *, names: Names, role: iam.IRole | None = None
    ) -> None:
        super().__init__(scope, id)
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            managed_policy_name=names.session_recording_policy,
            description="Instances record sessions: CloudWatch Logs and the log archive",
            roles=[role] if role is not None else None,
            statements=_statements(names),
        )
        _acknowledge(self.policy, names)


def _groups(partition: str, account: str, name: str) -> str:
    return f"arn:{partition}:logs:*:{account}:log-group:{name}"


def _statements(names: Names) -> list[iam.PolicyStatement]:
    partition, account = cdk.Aws.PARTITION, cdk.Aws.ACCOUNT_ID
    group = _groups(partition, account, names.session_log_group)
    return [
        *writing_statements(names, prefix=PREFIX, what="Sessions"),
        iam.PolicyStatement(
            sid="StreamSessions",
            actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[group, f"{group}:*"],
        ),
        # The agent looks whether the group is encrypted; the call lists groups.
        iam.PolicyStatement(
            sid="CheckLogGroup",
            actions=["logs:DescribeLogGroups"],
            resources=[_groups(partition, account, "*")],
        ),
    ]


def _acknowledge(policy: iam.ManagedPolicy, names: Names) -> None:
    partition, account = "<AWS::Partition>", "<AWS::AccountId>"
    group = _groups(partition, account, names.session_log_group)
    explain_writing(policy, names, prefix=PREFIX)
    acknowledge(
        policy,
        {
            f"AwsSolutions-IAM5[Resource::{resource}]": reason
            for resource, reason in (
                (group, "one log group, of one name in every Region of this account"),
                (f"{group}:*", "streams are named by the session; the log group is fixed"),
                (_groups(partition, account, "*"), "lists log groups of this account, reads none"),
            )
        },
    )
