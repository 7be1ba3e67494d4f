"""The tasks of root sessions: what each may do, and which organization feature it belongs to.

Source: the managed policies under ``root-task/`` (IAM User Guide, "AWS managed policies for
AssumeRoot"), which deny everything but these actions.
"""

from collections.abc import Mapping
from types import MappingProxyType

LONGEST_SECONDS = 900
_PREFIX = "arn:aws:iam::aws:policy/root-task/"
_READS = (
    "iam:GetAccessKeyLastUsed",
    "iam:GetLoginProfile",
    "iam:GetUser",
    "iam:ListAccessKeys",
    "iam:ListMFADevices",
    "iam:ListSigningCertificates",
)

ACTIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "IAMAuditRootUserCredentials": frozenset({*_READS, "iam:GetAccountSummary"}),
        "IAMCreateRootUserPassword": frozenset({"iam:CreateLoginProfile", "iam:GetLoginProfile"}),
        "IAMDeleteRootUserCredentials": frozenset(
            {
                *_READS,
                "iam:DeactivateMFADevice",
                "iam:DeleteAccessKey",
                "iam:DeleteLoginProfile",
                "iam:DeleteSigningCertificate",
                "iam:DeleteVirtualMFADevice",
            }
        ),
        "S3UnlockBucketPolicy": frozenset(
            {
                "s3:DeleteBucketPolicy",
                "s3:GetBucketPolicy",
                "s3:ListAllMyBuckets",
                "s3:PutBucketPolicy",
            }
        ),
        "SQSUnlockQueuePolicy": frozenset(
            {
                "sqs:GetQueueAttributes",
                "sqs:GetQueueUrl",
                "sqs:ListQueues",
                "sqs:SetQueueAttributes",
            }
        ),
    }
)
FEATURES: Mapping[str, str] = MappingProxyType(
    {
        task: "RootCredentialsManagement" if task.startswith("IAM") else "RootSessions"
        for task in ACTIONS
    }
)


def name(arn: str) -> str | None:
    """Give the task of a policy ARN, if there is one."""
    task = arn.removeprefix(_PREFIX)
    return task if arn.startswith(_PREFIX) and task in ACTIONS else None


def arn(task: str) -> str:
    """Give the policy ARN of a task."""
    return f"{_PREFIX}{task}"
