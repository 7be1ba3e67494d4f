"""SiemSender: the role with which a service puts records on a stream."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.audit.siem_stream import SiemStream


class SiemSender(Construct):
    """A role that puts records on one stream and does nothing else.

    Args:
        scope: parent construct.
        id: construct ID.
        stream: the stream.
        principal: the service, bound to the source that it acts for.

    Attributes:
        role: the ``aws_iam.Role``.
        policy: its policy; what uses the role depends on it.
    """

    def __init__(
        self, scope: Construct, id: str, *, stream: SiemStream, principal: iam.IPrincipal
    ) -> None:
        super().__init__(scope, id)
        name = stream.node.id.lower()
        self.role = iam.Role(
            self, "Role", description=f"Puts {name} on the stream", assumed_by=principal
        )
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            description=f"Put {name} on the stream",
            roles=[self.role],
            statements=[
                iam.PolicyStatement(
                    sid="PutRecords",
                    actions=["firehose:PutRecord", "firehose:PutRecordBatch"],
                    resources=[stream.stream.attr_arn],
                )
            ],
        )
