"""VpcBlockPublicAccess and VPC encryption control: what an account's VPCs may not do."""

from __future__ import annotations

from typing import Literal

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from baseline.controls.registry import implements

BlockMode = Literal["block-ingress", "block-bidirectional"]
ExclusionMode = Literal["allow-egress", "allow-bidirectional"]
EncryptionMode = Literal["monitor", "enforce"]


class VpcBlockPublicAccess(Construct):
    """Internet gateways of all VPCs of the account and Region let nothing in, or nothing through.

    For accounts outside an organization: within one, the declarative policy for EC2 does this in
    every account, and refuses this call (``capabilities.ec2_attributes``).

    Args:
        scope: parent construct, one per account and Region.
        id: construct ID.
        mode: ``block-ingress`` (NAT and egress-only gateways still work) or
            ``block-bidirectional``.

    Attributes:
        resource: the ``CfnVPCBlockPublicAccessOptions``.

    Source: Security Hub EC2.172; Amazon VPC User Guide, "Block public access to VPCs and
    subnets".
    """

    def __init__(
        self, scope: Construct, id: str, *, mode: BlockMode = "block-bidirectional"
    ) -> None:
        super().__init__(scope, id)
        self.resource = ec2.CfnVPCBlockPublicAccessOptions(
            self, "Resource", internet_gateway_block_mode=mode
        )
        implements(self, capability="vpc-block-public-access", controls=["EC2.172"])


def exclude_vpc(scope: Construct, id: str, *, vpc_id: str, mode: ExclusionMode) -> None:
    """Except one VPC from the block, by name and for review.

    Args:
        scope: parent construct.
        id: construct ID.
        vpc_id: the VPC.
        mode: ``allow-egress`` for what the VPC opens itself, or ``allow-bidirectional``.
    """
    ec2.CfnVPCBlockPublicAccessExclusion(
        scope, id, vpc_id=vpc_id, internet_gateway_exclusion_mode=mode
    )


def control_encryption(
    scope: Construct, id: str, *, vpc_id: str, mode: EncryptionMode, public: bool, nat: bool
) -> None:
    """Watch or enforce that all traffic inside a VPC is encrypted.

    Gateways to the internet cannot encrypt what they send there. In ``enforce`` mode those that
    the VPC has are excluded by name, and everything else has to encrypt.

    Args:
        scope: parent construct.
        id: construct ID.
        vpc_id: the VPC.
        mode: ``monitor`` records what is not encrypted, ``enforce`` refuses it.
        public: whether the VPC has an internet gateway.
        nat: whether it has NAT gateways.

    Source: Amazon VPC User Guide, "Enforce VPC encryption in transit".
    """
    enforced = mode == "enforce"
    ec2.CfnVPCEncryptionControl(
        scope,
        id,
        vpc_id=vpc_id,
        mode=mode,
        internet_gateway_exclusion_input="enable" if enforced and public else None,
        nat_gateway_exclusion_input="enable" if enforced and nat else None,
    )
