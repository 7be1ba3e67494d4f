"""SiemReaderRole: the one way in which a SIEM reads the log archive."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from baseline.config.siem import EXTERNAL_ID_PATTERN
from baseline.errors import BaselineError
from baseline.identity.trust import one_role
from baseline.primitives.acknowledge import acknowledge

SESSION_HOURS = 1
MESSAGES = (
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
)
"""What a SIEM does with a queue. It cannot send, purge, or change the queue."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Vendor:
    """A SIEM vendor's account, which reads for many customers.

    Attributes:
        account: ID of the vendor's account.
        external_id: what the vendor sends for us and for nobody else; without it any customer of
            the vendor could have it read our logs (the confused deputy).
    """

    account: str
    external_id: str

    def principal(self) -> iam.IPrincipal:
        """Give who may assume the reader role.

        Raises:
            BaselineError: when the external ID is too short, has characters that IAM refuses, or
                holds the vendor's account ID.
        """
        if not re.fullmatch(EXTERNAL_ID_PATTERN, self.external_id):
            raise BaselineError(
                "external_id must have 16 to 1224 characters of A-Z a-z 0-9 _ + = , . @ : / -, got "
                f"{len(self.external_id)} characters; use the one that the vendor shows"
            )
        if self.account in self.external_id:
            raise BaselineError(
                f"external_id holds the vendor's account ID {self.account}, which others know; use "
                "a random one"
            )
        return iam.ArnPrincipal(
            f"arn:{cdk.Aws.PARTITION}:iam::{self.account}:root"
        ).with_conditions({"StringEquals": {"sts:ExternalId": self.external_id}})


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnReader:
    """A role of a SIEM in the organization's own accounts.

    Attributes:
        account: ID of the SIEM's account.
        role: name of its role there, without a path.
        organization_id: organization that the account must belong to when it reads.
    """

    account: str
    role: str
    organization_id: str

    def principal(self) -> iam.IPrincipal:
        """Give who may assume the reader role."""
        return one_role(self.account, self.role, self.organization_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Readable:
    """A log bucket that the reader reads.

    Attributes:
        bucket: the bucket.
        prefix: start of the keys of its logs.
        queue: queue that tells of new objects.
        keys: ARNs, or one pattern, of the keys that its objects are encrypted with.
    """

    bucket: s3.IBucket
    prefix: str
    queue: sqs.IQueue
    keys: Sequence[str]


class SiemReaderRole(Construct):
    """A role that reads and decrypts chosen logs, and takes messages from their queues; no more.

    It stands in the account of the buckets, so no bucket policy has to name a stranger. It cannot
    list buckets, and it decrypts only what S3 reads from the chosen buckets and what SQS delivers.

    Args:
        scope: parent construct, in the stack of the log buckets.
        id: construct ID.
        role_name: physical name, which the SIEM is given before the role exists.
        reader: who may assume it.
        readables: what it reads; at least one.
        queue_key: key of the queues.

    Attributes:
        role: the ``aws_iam.Role``.

    Raises:
        BaselineError: when nothing is readable, or the external ID is weak.

    Source: IAM User Guide, "Access to AWS accounts owned by third parties"; AWS Key Management
    Service Developer Guide, "Amazon S3 encryption context".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        role_name: str,
        reader: Vendor | OwnReader,
        readables: Sequence[Readable],
        queue_key: kms.IKey,
    ) -> None:
        super().__init__(scope, id)
        if not readables:
            raise BaselineError("readables is empty; name at least one log bucket")
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description="The SIEM reads logs of the organization",
            assumed_by=reader.principal(),
            max_session_duration=cdk.Duration.hours(SESSION_HOURS),
        )
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Read the logs that the SIEM's queues tell of",
            roles=[self.role],
            statements=self._statements(readables, queue_key),
        )
        self._acknowledge(policy, readables)

    def _statements(
        self, readables: Sequence[Readable], queue_key: kms.IKey
    ) -> list[iam.PolicyStatement]:
        region = cdk.Stack.of(self).region
        contexts = [
            arn
            for each in readables
            # With a bucket key the context is the bucket, without one the object.
            for arn in (each.bucket.bucket_arn, each.bucket.arn_for_objects("*"))
        ]
        return [
            iam.PolicyStatement(
                sid="ReadLogs",
                actions=["s3:GetObject"],
                resources=[each.bucket.arn_for_objects(f"{each.prefix}*") for each in readables],
            ),
            iam.PolicyStatement(
                sid="DecryptLogs",
                actions=["kms:Decrypt"],
                resources=list(dict.fromkeys(key for each in readables for key in each.keys)),
                conditions={
                    "StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"},
                    "StringLike": {"kms:EncryptionContext:aws:s3:arn": contexts},
                },
            ),
            iam.PolicyStatement(
                sid="TakeMessages",
                actions=list(MESSAGES),
                resources=[each.queue.queue_arn for each in readables],
            ),
            iam.PolicyStatement(
                sid="DecryptMessages",
                actions=["kms:Decrypt"],
                resources=[queue_key.key_arn],
                conditions={"StringEquals": {"kms:ViaService": f"sqs.{region}.amazonaws.com"}},
            ),
        ]

    def _acknowledge(self, policy: iam.ManagedPolicy, readables: Sequence[Readable]) -> None:
        stack = cdk.Stack.of(self)
        for each in readables:
            name = stack.get_logical_id(_resource(each.bucket))
            acknowledge(
                policy,
                {
                    f"AwsSolutions-IAM5[Resource::<{name}.Arn>/{each.prefix}*]": (
                        "every new log has a key of its own below the prefix; the action only reads"
                    )
                },
            )
            for key in each.keys:
                if key.endswith("*"):
                    acknowledge(
                        policy,
                        {
                            f"AwsSolutions-IAM5[Resource::{key}]": (
                                "the key's ID is known in its own account only, whose key policy "
                                "names this role; S3 and the bucket are conditions"
                            )
                        },
                    )


def _resource(bucket: s3.IBucket) -> s3.CfnBucket:
    resource = bucket.node.default_child
    if not isinstance(resource, s3.CfnBucket):
        raise BaselineError(
            f"{bucket.node.path} is a bucket of another app; pass one of this stack"
        )
    return resource
