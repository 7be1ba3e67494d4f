"""What EC2 blocks for an account and Region."""

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource


def _block(resource: Resource) -> Physical:
    resource.call("ec2", "enable_snapshot_block_public_access", State=resource.properties["State"])
    return Physical(id=resource.account, attributes={"AccountId": resource.account})


def _update(_: str, __: Resource, new: Resource) -> Physical:
    return _block(new)


def _lift(_: str, resource: Resource) -> None:
    resource.call("ec2", "disable_snapshot_block_public_access")


register(
    "AWS::EC2::SnapshotBlockPublicAccess",
    create=_block,
    update=_update,
    delete=_lift,
    applies=("State",),
)
