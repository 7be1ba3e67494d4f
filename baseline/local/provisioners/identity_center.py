"""IAM Identity Center: permission sets with their policies, assignments, attributes, groups."""

import json
from typing import Any

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource

_SERVICE = "sso-admin"
_SETTINGS = {
    "Description": "Description",
    "RelayStateType": "RelayState",
    "SessionDuration": "SessionDuration",
}


def _settings(resource: Resource) -> dict[str, Any]:
    return {
        member: resource.properties[name]
        for name, member in _SETTINGS.items()
        if name in resource.properties
    }


def _create_set(resource: Resource) -> Physical:
    instance = resource.properties["InstanceArn"]
    answer = resource.call(
        _SERVICE,
        "create_permission_set",
        InstanceArn=instance,
        Name=resource.properties["Name"],
        Tags=resource.tag_list(),
        **_settings(resource),
    )
    arn = answer["PermissionSet"]["PermissionSetArn"]
    _policies(arn, resource, {})
    return _physical(arn, resource)


def _physical(arn: str, resource: Resource) -> Physical:
    identifier = f"{resource.properties['InstanceArn']}|{arn}"
    return Physical(id=identifier, attributes={"PermissionSetArn": arn})


def _update_set(identifier: str, old: Resource, new: Resource) -> Physical:
    arn = _arn(identifier)
    new.call(
        _SERVICE,
        "update_permission_set",
        InstanceArn=new.properties["InstanceArn"],
        PermissionSetArn=arn,
        **_settings(new),
    )
    _policies(arn, new, old.properties)
    return _physical(arn, new)


def _arn(identifier: str) -> str:
    return identifier.rpartition("|")[2]


def _delete_set(identifier: str, resource: Resource) -> None:
    _call(_arn(identifier), resource, "delete_permission_set")


def _call(arn: str, resource: Resource, method: str, **values: object) -> object:
    instance = resource.properties["InstanceArn"]
    return resource.call(_SERVICE, method, InstanceArn=instance, PermissionSetArn=arn, **values)


def _policies(arn: str, resource: Resource, before: Any) -> None:  # noqa: ANN401 - JSON
    wanted, had = set(resource.get("ManagedPolicies", [])), set(before.get("ManagedPolicies", []))
    for policy in sorted(had - wanted):
        _call(arn, resource, "detach_managed_policy_from_permission_set", ManagedPolicyArn=policy)
    for policy in sorted(wanted - had):
        _call(arn, resource, "attach_managed_policy_to_permission_set", ManagedPolicyArn=policy)
    _references(arn, resource, before)
    inline = resource.get("InlinePolicy")
    if inline:
        text = inline if isinstance(inline, str) else json.dumps(inline, separators=(",", ":"))
        _call(arn, resource, "put_inline_policy_to_permission_set", InlinePolicy=text)
    elif before.get("InlinePolicy"):
        _call(arn, resource, "delete_inline_policy_from_permission_set")
    if boundary := resource.get("PermissionsBoundary"):
        _call(
            arn,
            resource,
            "put_permissions_boundary_to_permission_set",
            PermissionsBoundary=boundary,
        )
    elif before.get("PermissionsBoundary"):
        _call(arn, resource, "delete_permissions_boundary_from_permission_set")


def _references(arn: str, resource: Resource, before: Any) -> None:  # noqa: ANN401 - JSON
    name = "CustomerManagedPolicyReferences"
    wanted, had = resource.get(name, []), before.get(name, [])
    for verb, rows in (
        (
            "detach_customer_managed_policy_reference_from",
            [row for row in had if row not in wanted],
        ),
        ("attach_customer_managed_policy_reference_to", [row for row in wanted if row not in had]),
    ):
        for row in rows:
            _call(
                arn,
                resource,
                f"{verb}_permission_set",
                CustomerManagedPolicyReference=row,
            )


register(
    "AWS::SSO::PermissionSet",
    create=_create_set,
    update=_update_set,
    delete=_delete_set,
    applies=(
        "CustomerManagedPolicyReferences",
        "Description",
        "InlinePolicy",
        "InstanceArn",
        "ManagedPolicies",
        "Name",
        "PermissionsBoundary",
        "RelayStateType",
        "SessionDuration",
    ),
    declared=("Tags",),
    reason="moto keeps the tags of a permission set from its creation only",
)

_ASSIGNMENT = (
    "InstanceArn",
    "PermissionSetArn",
    "PrincipalId",
    "PrincipalType",
    "TargetId",
    "TargetType",
)


def _assign(resource: Resource) -> Physical:
    resource.call(_SERVICE, "create_account_assignment", **resource.only(*_ASSIGNMENT))
    return Physical(id="|".join(str(resource.properties[name]) for name in _ASSIGNMENT))


def _unassign(_: str, resource: Resource) -> None:
    resource.call(_SERVICE, "delete_account_assignment", **resource.only(*_ASSIGNMENT))


register("AWS::SSO::Assignment", create=_assign, delete=_unassign, applies=_ASSIGNMENT)

_CONFIGURATION = "instance_access_control_attribute_configuration"


def _attributes(resource: Resource, verb: str) -> Physical:
    instance = resource.properties["InstanceArn"]
    resource.call(
        _SERVICE,
        f"{verb}_{_CONFIGURATION}",
        InstanceArn=instance,
        InstanceAccessControlAttributeConfiguration={
            "AccessControlAttributes": resource.get("AccessControlAttributes", [])
        },
    )
    return Physical(id=instance)


def _delete_attributes(instance: str, resource: Resource) -> None:
    resource.call(_SERVICE, f"delete_{_CONFIGURATION}", InstanceArn=instance)


register(
    "AWS::SSO::InstanceAccessControlAttributeConfiguration",
    create=lambda resource: _attributes(resource, "create"),
    update=lambda _, __, new: _attributes(new, "update"),
    delete=_delete_attributes,
    applies=("AccessControlAttributes", "InstanceArn"),
)


def _create_group(resource: Resource) -> Physical:
    answer = resource.call(
        "identitystore",
        "create_group",
        **resource.only("IdentityStoreId", "DisplayName", "Description"),
    )
    store = resource.properties["IdentityStoreId"]
    return Physical(id=f"{answer['GroupId']}|{store}", attributes={"GroupId": answer["GroupId"]})


def _delete_group(identifier: str, resource: Resource) -> None:
    resource.call(
        "identitystore",
        "delete_group",
        GroupId=identifier.partition("|")[0],
        IdentityStoreId=resource.properties["IdentityStoreId"],
    )


register(
    "AWS::IdentityStore::Group",
    create=_create_group,
    delete=_delete_group,
    applies=("Description", "DisplayName", "IdentityStoreId"),
)
