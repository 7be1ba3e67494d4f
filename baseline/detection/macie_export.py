"""MacieExportKey: the key of Macie's discovery results in the log archive."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from baseline.audit.log_protection import bootstrap_qualifier, deny_losing_key
from baseline.audit.macie_bucket import macie_sources
from baseline.config import Names
from baseline.primitives.secure_key import SecureKey


class MacieExportKey(Construct):
    """A key of the security account that Macie encrypts its discovery results with.

    Macie may use it for jobs and the export of this account in the governed Regions only; the
    bucket in the log archive takes objects under keys of this account only. Who reads the results
    needs this key too, and nobody but the emergency role deletes it.

    Args:
        scope: parent construct, in a stack of the security account and home Region, where the
            bucket is.
        id: construct ID.
        names: account IDs.
        regions: Regions that results come from.
        break_glass_role: name of the emergency role, which alone may delete the key.

    Attributes:
        key: the :class:`SecureKey`.

    Source: Amazon Macie User Guide, "Storing and retaining sensitive data discovery results".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        regions: Sequence[str],
        break_glass_role: str,
    ) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        self.key = SecureKey(self, "Key", description="Macie's results in the log archive")
        deployer = f"cdk-{bootstrap_qualifier(self)}-cfn-exec-role-{stack.account}-{stack.region}"
        deny_losing_key(
            self.key.key,
            break_glass=_role(stack, break_glass_role),
            deployer=_role(stack, deployer),
        )
        for number, (service, sources) in enumerate(macie_sources(names, regions).items()):
            self.key.allow_service(
                service,
                sid="EncryptResults" + (str(number) if number else ""),
                actions=["kms:Encrypt", "kms:GenerateDataKey"],
                conditions={
                    "StringEquals": {"aws:SourceAccount": names.security},
                    "ArnLike": {"aws:SourceArn": sources},
                },
            )


def _role(stack: cdk.Stack, name: str) -> str:
    return f"arn:{stack.partition}:iam::{stack.account}:role/{name}"
