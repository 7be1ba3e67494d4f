"""IAM Identity Center: what moto lacks, and its assignments with the state that AWS answers."""

from typing import Any

from baseline.local import identity_center, organization
from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

_BOUNDARIES = "permissions boundaries"
_ATTRIBUTES = "attributes for access control"


def _owner(request: ApiRequest) -> str:
    return identity_center.acting_account(request)


def _center(request: ApiRequest) -> Any:  # noqa: ANN401 - moto publishes no types
    return identity_center.backend(_owner(request), request.region)


def _permission_set(request: ApiRequest) -> Any:  # noqa: ANN401 - moto publishes no types
    return _center(request)._find_permission_set(
        request.parameters["InstanceArn"], request.parameters["PermissionSetArn"]
    )


def _refuse_delegates(request: ApiRequest) -> None:
    """Refuse what only the management account may do.

    Source: IAM Identity Center User Guide, "Delegated administration".
    """
    management = organization.management_of(request.account)
    target = request.parameters["TargetId"]
    if management == target != request.account:
        raise ServiceError(
            "AccessDeniedException",
            "A delegated administrator cannot change access to the management account.",
        )


def _matching(request: ApiRequest) -> list[Any]:
    wanted = request.parameters
    return [
        row
        for row in _center(request).account_assignments
        if (row.target_id, row.permission_set_arn, row.principal_id)
        == (wanted["TargetId"], wanted["PermissionSetArn"], wanted["PrincipalId"])
    ]


def _status(row: Any) -> dict[str, Any]:  # noqa: ANN401 - moto publishes no types
    shown = row.to_json(include_creation_date=True, include_request_id=True)
    return {**shown, "Status": "SUCCEEDED"}


@answers("sso", "CreateAccountAssignment")
def assign(request: ApiRequest) -> dict[str, Any]:
    """Assign a permission set; an assignment that is there already succeeds again."""
    _refuse_delegates(request)
    _permission_set(request)
    if not _matching(request):
        given = request.parameters
        _center(request).create_account_assignment(
            instance_arn=given["InstanceArn"],
            target_id=given["TargetId"],
            target_type=given["TargetType"],
            permission_set_arn=given["PermissionSetArn"],
            principal_type=given["PrincipalType"],
            principal_id=given["PrincipalId"],
        )
    return {"AccountAssignmentCreationStatus": _status(_matching(request)[0])}


@answers("sso", "DeleteAccountAssignment")
def unassign(request: ApiRequest) -> dict[str, Any]:
    """Take a permission set away."""
    _refuse_delegates(request)
    found = _matching(request)
    if not found:
        raise ServiceError("ResourceNotFoundException", "The assignment does not exist.")
    _center(request).account_assignments.remove(found[0])
    _center(request).deleted_account_assignments.append(found[0])
    return {"AccountAssignmentDeletionStatus": _status(found[0])}


@answers("sso", "DescribeAccountAssignmentCreationStatus")
def creation_status(request: ApiRequest) -> dict[str, Any]:
    """Give the state of an assignment's creation: it is over at once."""
    wanted = request.parameters["AccountAssignmentCreationRequestId"]
    rows = _center(request).account_assignments
    return {"AccountAssignmentCreationStatus": _status(_requested(rows, wanted))}


@answers("sso", "DescribeAccountAssignmentDeletionStatus")
def deletion_status(request: ApiRequest) -> dict[str, Any]:
    """Give the state of an assignment's deletion: it is over at once."""
    wanted = request.parameters["AccountAssignmentDeletionRequestId"]
    rows = _center(request).deleted_account_assignments
    return {"AccountAssignmentDeletionStatus": _status(_requested(rows, wanted))}


def _requested(rows: list[Any], wanted: str) -> Any:  # noqa: ANN401 - moto publishes no types
    found = [row for row in rows if row.request_id == wanted]
    if not found:
        raise ServiceError("ResourceNotFoundException", f"There is no request {wanted}.")
    return found[0]


@answers("sso", "PutPermissionsBoundaryToPermissionSet")
def put_boundary(request: ApiRequest) -> dict[str, Any]:
    """Set the permissions boundary of a permission set."""
    key = _permission_set(request).permission_set_arn
    boundaries = state.account_wide(_BOUNDARIES, _owner(request))
    boundaries[key] = request.parameters["PermissionsBoundary"]
    return {}


@answers("sso", "GetPermissionsBoundaryForPermissionSet")
def get_boundary(request: ApiRequest) -> dict[str, Any]:
    """Give the permissions boundary of a permission set."""
    key = _permission_set(request).permission_set_arn
    boundaries = state.account_wide(_BOUNDARIES, _owner(request))
    if key not in boundaries:
        raise ServiceError("ResourceNotFoundException", "There is no permissions boundary.")
    return {"PermissionsBoundary": boundaries[key]}


@answers("sso", "DeletePermissionsBoundaryFromPermissionSet")
def delete_boundary(request: ApiRequest) -> dict[str, Any]:
    """Remove the permissions boundary of a permission set."""
    key = _permission_set(request).permission_set_arn
    state.account_wide(_BOUNDARIES, _owner(request)).pop(key, None)
    return {}


def _attributes(request: ApiRequest) -> dict[str, Any]:
    return state.account_wide(_ATTRIBUTES, _owner(request))


@answers("sso", "CreateInstanceAccessControlAttributeConfiguration")
def create_attributes(request: ApiRequest) -> dict[str, Any]:
    """Turn on attributes for access control."""
    if request.parameters["InstanceArn"] in _attributes(request):
        raise ServiceError("ConflictException", "Attributes for access control are on already.")
    return update_attributes(request)


@answers("sso", "UpdateInstanceAccessControlAttributeConfiguration")
def update_attributes(request: ApiRequest) -> dict[str, Any]:
    """Replace the attributes for access control."""
    given = request.parameters["InstanceAccessControlAttributeConfiguration"]
    _attributes(request)[request.parameters["InstanceArn"]] = given
    return {}


@answers("sso", "DescribeInstanceAccessControlAttributeConfiguration")
def describe_attributes(request: ApiRequest) -> dict[str, Any]:
    """Give the attributes for access control."""
    found = _attributes(request).get(request.parameters["InstanceArn"])
    if found is None:
        raise ServiceError("ResourceNotFoundException", "Attributes are off.")
    return {"Status": "ENABLED", "InstanceAccessControlAttributeConfiguration": found}


@answers("sso", "DeleteInstanceAccessControlAttributeConfiguration")
def delete_attributes(request: ApiRequest) -> dict[str, Any]:
    """Turn off attributes for access control."""
    _attributes(request).pop(request.parameters["InstanceArn"], None)
    return {}
