"""Where the output of scans and installations goes, and what a machine needs to write it."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.audit.session_log_bucket import PATCHES
from baseline.config import Names
from baseline.identity.archive_writing import explain_writing, writing_statements


def patch_log_prefix(operation: str) -> str:
    """Give the start of the object keys of an operation's output, below the account's own.

    Args:
        operation: ``scan`` or ``install``.
    """
    return f"{PATCHES}/{cdk.Aws.ACCOUNT_ID}/{operation}"


class PatchLogPolicy(Construct):
    """What an instance's role needs to write its patch logs, for any role of the account.

    Default Host Management has it already. On a machine whose role lacks it patches are found and
    installed all the same; its output is in Run Command only, where AWS cuts it off.

    Args:
        scope: parent construct; once per account.
        id: construct ID.
        names: names of the baseline.
        role: the role that has it from the beginning; none by default.

    Attributes:
        policy: the ``aws_iam.ManagedPolicy``.

    Source: AWS Systems Manager User Guide, "Setting up Amazon S3 output for Run Command".
    """

    def __init__(
        self, scope: Construct, id: str, *, names: Names, role: iam.IRole | None = None
    ) -> None:
        super().__init__(scope, id)
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            managed_policy_name=names.patch_log_policy,
            description="Machines write patch logs to the log archive",
            roles=[role] if role is not None else None,
            statements=writing_statements(names, prefix=PATCHES, what="PatchLogs"),
        )
        explain_writing(self.policy, names, prefix=PATCHES)
