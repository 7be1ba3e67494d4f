"""Who may ask AWS Organizations what, and the calls that moto lacks."""

from typing import Any

from baseline.local import organization
from baseline.local.backends import delegation
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

_EVERYBODY = frozenset({"DescribeOrganization", "LeaveOrganization"})
_READS = ("Describe", "List")


def acting_account(request: ApiRequest) -> str:
    """Give the account whose organization moto has to answer for.

    The management account may do everything, delegated administrators may read, an account may do
    what the resource policy delegates to it, other members may describe the organization (Source:
    AWS Organizations API reference, per operation).

    Raises:
        ServiceError: The account may not call the operation.
    """
    management = organization.management_of(request.account)
    if management is None or management == request.account:
        return request.account
    delegated = any(
        admin.account.id == request.account for admin in organization.backend(management).admins
    )
    reads = request.operation.startswith(_READS)
    if request.operation in _EVERYBODY or (reads and delegated):
        return management
    if delegation.grants(request, management):
        return management
    raise ServiceError(
        "AccessDeniedException", "You don't have permissions to access this resource."
    )


@answers("organizations", "LeaveOrganization")
def leave(request: ApiRequest) -> dict[str, Any]:
    """Take the calling member account out of its organization."""
    management = organization.management_of(request.account)
    if management is None:
        raise ServiceError(
            "AWSOrganizationsNotInUseException", "Your account is not a member of an organization."
        )
    if management == request.account:
        raise ServiceError(
            "MasterCannotLeaveOrganizationException",
            "The management account can't leave the organization.",
        )
    organization.backend(management).remove_account_from_organization(AccountId=request.account)
    return {}
