"""Resource sharing inside the organization."""

from typing import Any

from baseline.local import organization
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError


@answers("ram", "EnableSharingWithAwsOrganization")
def enable_sharing(request: ApiRequest) -> dict[str, Any]:
    """Let RAM share with the organization, which turns on its trusted access."""
    if organization.management_of(request.account) != request.account:
        raise ServiceError(
            "OperationNotPermittedException",
            "Unable to enable sharing with AWS Organizations. Received AccessDeniedException "
            "from AWSOrganizations with the following error message: the caller is not the "
            "management account.",
        )
    organization.enable_service(request.account, "ram.amazonaws.com")
    return {"returnValue": True}
