"""IAM Identity Center: permission sets, assignments, attributes and groups."""

from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, compare, reader
from baseline.local.readers.values import ABSENT, attempt, policy

_GONE = "ResourceNotFoundException"


@reader(
    "AWS::SSO::PermissionSet",
    capability="Identity Center",
    covers="InstanceArn Name Description SessionDuration RelayStateType ManagedPolicies "
    "CustomerManagedPolicyReferences InlinePolicy PermissionsBoundary",
)
def permission_set(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a permission set with everything that decides what it allows."""
    center = place("sso-admin")
    key = {
        "InstanceArn": expected["InstanceArn"],
        "PermissionSetArn": physical_id.rpartition("|")[2],
    }
    found = center.describe_permission_set(**key)["PermissionSet"]
    names = {name: name for name in ("Name", "Description", "SessionDuration")}
    yield from compare(expected, found, {**names, "RelayStateType": "RelayState"})
    attached = center.list_managed_policies_in_permission_set(**key)["AttachedManagedPolicies"]
    yield Check(
        setting="ManagedPolicies",
        expected=expected.get("ManagedPolicies", []),
        found=[row["Arn"] for row in attached],
    )
    yield Check(
        setting="CustomerManagedPolicyReferences",
        expected=expected.get("CustomerManagedPolicyReferences", []),
        found=center.list_customer_managed_policy_references_in_permission_set(**key)[
            "CustomerManagedPolicyReferences"
        ],
    )
    inline = center.get_inline_policy_for_permission_set(**key)["InlinePolicy"]
    yield Check(
        setting="InlinePolicy",
        expected=policy(expected.get("InlinePolicy")),
        found=policy(inline or None),
    )
    boundary = attempt(center.get_permissions_boundary_for_permission_set, _GONE, **key)
    yield Check(
        setting="PermissionsBoundary",
        expected=expected.get("PermissionsBoundary", ABSENT),
        found=ABSENT if boundary == ABSENT else boundary["PermissionsBoundary"],
    )


@reader(
    "AWS::SSO::Assignment",
    capability="Identity Center",
    covers="InstanceArn PermissionSetArn PrincipalId PrincipalType TargetId TargetType",
)
def assignment(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read whether a group has a permission set in an account."""
    rows = place("sso-admin").list_account_assignments(
        InstanceArn=expected["InstanceArn"],
        AccountId=expected["TargetId"],
        PermissionSetArn=expected["PermissionSetArn"],
    )["AccountAssignments"]
    held = [row["PrincipalId"] for row in rows if row["PrincipalType"] == expected["PrincipalType"]]
    yield Check(
        setting=f"assigned in {expected['TargetId']}",
        expected=True,
        found=expected["PrincipalId"] in held,
    )


@reader(
    "AWS::SSO::InstanceAccessControlAttributeConfiguration",
    capability="Identity Center",
    covers="InstanceArn AccessControlAttributes",
)
def attributes(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read which attributes of people become session tags."""
    found = place("sso-admin").describe_instance_access_control_attribute_configuration(
        InstanceArn=physical_id
    )
    held = found["InstanceAccessControlAttributeConfiguration"]["AccessControlAttributes"]
    yield Check(
        setting="AccessControlAttributes",
        expected=expected["AccessControlAttributes"],
        found=held,
    )


@reader(
    "AWS::IdentityStore::Group",
    capability="Identity Center",
    covers="IdentityStoreId DisplayName Description",
)
def group(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a group."""
    found = place("identitystore").describe_group(
        IdentityStoreId=expected["IdentityStoreId"], GroupId=physical_id.partition("|")[0]
    )
    yield from compare(expected, found, {name: name for name in ("DisplayName", "Description")})
