"""PatchWindowRole: maintenance windows send one command with it."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config import Names
from baseline.config.patching import Patching
from baseline.patching.command import DOCUMENT
from baseline.primitives.acknowledge import acknowledge

SERVICE = "ssm.amazonaws.com"


class PatchWindowRole(Construct):
    """The role of the maintenance windows: it patches machines that name a window, and no others.

    AWS advises against the service-linked role here, because that one sends any command to any
    machine. This one sends the one document of Patch Manager, to machines whose tag holds the name
    of a window. Its trust has no source condition: AWS documents none for maintenance windows, and
    only roles of the account itself can be passed to them, which is the deployers' alone
    (guardrail protect-exempt-roles).

    Args:
        scope: parent construct; once per account.
        id: construct ID.
        names: names of the baseline.
        settings: the tag and the names of the windows.

    Attributes:
        role: the ``aws_iam.Role``.

    Source: AWS Systems Manager User Guide, "Control access to maintenance windows using the
    console", "Restricting Run Command access based on tags".
    """

    def __init__(self, scope: Construct, id: str, *, names: Names, settings: Patching) -> None:
        super().__init__(scope, id)
        self.role = iam.Role(
            self,
            "Role",
            role_name=names.patch_window_role,
            description="Maintenance windows install patches with this role",
            assumed_by=iam.ServicePrincipal(SERVICE),
        )
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Patches on machines that name a window",
            statements=_statements(settings),
            roles=[self.role],
        )
        acknowledge(policy, _reasons())


def _instances(partition: str, account: str) -> list[str]:
    return [
        f"arn:{partition}:ec2:*:{account}:instance/*",
        f"arn:{partition}:ssm:*:{account}:managed-instance/*",
    ]


def _documents(partition: str) -> str:
    # AWS's own documents have no account.
    return f"arn:{partition}:ssm:*::document/{DOCUMENT}"


def _statements(settings: Patching) -> list[iam.PolicyStatement]:
    partition, account = cdk.Aws.PARTITION, cdk.Aws.ACCOUNT_ID
    return [
        iam.PolicyStatement(
            sid="PatchDocument", actions=["ssm:SendCommand"], resources=[_documents(partition)]
        ),
        iam.PolicyStatement(
            sid="TaggedMachines",
            actions=["ssm:SendCommand"],
            resources=_instances(partition, account),
            conditions={
                "StringEquals": {f"ssm:resourceTag/{settings.tag}": sorted(settings.windows)}
            },
        ),
        # These have no resources to name; they follow the command and find the machines.
        iam.PolicyStatement(
            sid="FollowCommands",
            actions=[
                "ssm:CancelCommand",
                "ssm:DescribeInstanceInformation",
                "ssm:GetCommandInvocation",
                "ssm:ListCommandInvocations",
                "ssm:ListCommands",
                "tag:GetResources",
            ],
            resources=["*"],
        ),
    ]


def _reasons() -> dict[str, str]:
    partition = "<AWS::Partition>"
    tagged = "only machines whose tag holds the name of a window (condition)"
    rows = dict.fromkeys(_instances(partition, "<AWS::AccountId>"), tagged)
    rows[_documents(partition)] = "one document, AWS's own, in whichever Region the window is"
    rows["*"] = "the calls have no resources to name; they cancel or follow commands and read tags"
    return {f"AwsSolutions-IAM5[Resource::{key}]": reason for key, reason in rows.items()}
