"""AWS::IAM::Role: what ministack's provisioner leaves out."""

from baseline.local.provisioners.resource import Resource
from baseline.local.provisioners.stock import completes

_BOUNDARY = "PermissionsBoundary"


@completes("AWS::IAM::Role", applies=(_BOUNDARY,))
def complete_role(name: str, resource: Resource) -> None:
    """Set the permissions boundary, or take it off when the template dropped it."""
    if _BOUNDARY in resource.properties:
        boundary = resource.properties[_BOUNDARY]
        resource.call(
            "iam", "put_role_permissions_boundary", RoleName=name, PermissionsBoundary=boundary
        )
    elif _BOUNDARY in resource.dropped:
        resource.call("iam", "delete_role_permissions_boundary", RoleName=name)
