"""Delegated administrators that services name themselves, Region by Region."""

from typing import Any

from baseline.local import internal, organization
from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

_ERROR = {"guardduty": "BadRequestException", "securityhub": "InvalidAccessException"}


def administrators(service: str, management: str, region: str) -> dict[str, Any]:
    """Give the administrator account of a service in a Region (one key at most)."""
    return state.regional(f"{service} administrator", management, region)


def administrator_of(service: str, account: str, region: str) -> str | None:
    """Give the administrator that a service has for an account's organization in a Region."""
    management = organization.management_of(account)
    named = administrators(service, management, region) if management else {}
    return next(iter(named), None)


@answers("guardduty", "EnableOrganizationAdminAccount")
@answers("securityhub", "EnableOrganizationAdminAccount")
def enable(request: ApiRequest) -> dict[str, Any]:
    """Name the administrator of the Region; GuardDuty creates its detector there, as in AWS."""
    account = request.parameters["AdminAccountId"]
    feature = _feature(request)
    if organization.management_of(request.account) != request.account:
        raise ServiceError(
            _ERROR[request.service], "The request was not made by the management account."
        )
    named = administrators(feature, request.account, request.region)
    if named and account not in named:
        raise ServiceError(
            _ERROR[request.service],
            f"Account {next(iter(named))} is the delegated administrator already.",
        )
    named[account] = True
    _register(request.account, account, f"{request.service}.amazonaws.com")
    if request.service == "guardduty":
        _detector(account, request.region)
    return {"AdminAccountId": account} if request.service == "securityhub" else {}


@answers("guardduty", "DisableOrganizationAdminAccount")
@answers("securityhub", "DisableOrganizationAdminAccount")
def disable(request: ApiRequest) -> dict[str, Any]:
    """Remove the administrator of the Region."""
    named = administrators(_feature(request), request.account, request.region)
    named.pop(request.parameters["AdminAccountId"], None)
    return {}


@answers("macie2", "EnableOrganizationAdminAccount")
def enable_macie(request: ApiRequest) -> dict[str, Any]:
    """Name Macie's administrator in the Region."""
    return _name(request, "macie2", request.parameters["adminAccountId"], "macie.amazonaws.com")


@answers("macie2", "ListOrganizationAdminAccounts")
def list_macie(request: ApiRequest) -> dict[str, Any]:
    """List Macie's administrator."""
    named = administrators("macie2", request.account, request.region)
    return {"adminAccounts": [{"accountId": account, "status": "ENABLED"} for account in named]}


@answers("inspector2", "EnableDelegatedAdminAccount")
def enable_inspector(request: ApiRequest) -> dict[str, Any]:
    """Name Inspector's administrator in the Region."""
    account = request.parameters["delegatedAdminAccountId"]
    _name(request, "inspector2", account, "inspector2.amazonaws.com")
    return {"delegatedAdminAccountId": account}


@answers("inspector2", "ListDelegatedAdminAccounts")
def list_inspector(request: ApiRequest) -> dict[str, Any]:
    """List Inspector's administrator."""
    named = administrators("inspector2", request.account, request.region)
    return {
        "delegatedAdminAccounts": [{"accountId": account, "status": "ENABLED"} for account in named]
    }


@answers("detective", "EnableOrganizationAdminAccount")
def enable_detective(request: ApiRequest) -> dict[str, Any]:
    """Name Detective's administrator in the Region."""
    account = request.parameters["AccountId"]
    return _name(request, "detective", account, "detective.amazonaws.com")


@answers("detective", "ListOrganizationAdminAccounts")
def list_detective(request: ApiRequest) -> dict[str, Any]:
    """List Detective's administrator."""
    named = administrators("detective", request.account, request.region)
    return {"Administrators": [{"AccountId": account} for account in named]}


@answers("fms", "AssociateAdminAccount")
def associate_firewall_manager(request: ApiRequest) -> dict[str, Any]:
    """Name the default administrator of Firewall Manager, which is called in one Region only."""
    return _name(request, "fms", request.parameters["AdminAccount"], "fms.amazonaws.com")


@answers("fms", "GetAdminAccount")
def get_firewall_manager(request: ApiRequest) -> dict[str, Any]:
    """Give the default administrator of Firewall Manager."""
    for account in administrators("fms", request.account, request.region):
        return {"AdminAccount": account, "RoleStatus": "READY"}
    raise ServiceError("ResourceNotFoundException", "There is no Firewall Manager administrator.")


def _name(request: ApiRequest, service: str, account: str, principal: str) -> dict[str, Any]:
    if organization.management_of(request.account) != request.account:
        raise ServiceError("AccessDeniedException", "Only the management account may do this.", 403)
    named = administrators(service, request.account, request.region)
    if named and account not in named:
        raise ServiceError(
            "ValidationException", f"Account {next(iter(named))} is the administrator already."
        )
    named[account] = True
    _register(request.account, account, principal)
    return {}


@answers("guardduty", "ListOrganizationAdminAccounts")
def list_guardduty(request: ApiRequest) -> dict[str, Any]:
    """List GuardDuty's administrator."""
    named = administrators("guardduty", request.account, request.region)
    return {
        "AdminAccounts": [
            {"AdminAccountId": account, "AdminStatus": "ENABLED"} for account in named
        ]
    }


@answers("securityhub", "ListOrganizationAdminAccounts")
def list_security_hub(request: ApiRequest) -> dict[str, Any]:
    """List Security Hub's administrator, of the product that is asked about."""
    named = administrators(_feature(request), request.account, request.region)
    return {"AdminAccounts": [{"AccountId": account, "Status": "ENABLED"} for account in named]}


def _feature(request: ApiRequest) -> str:
    """Give what is administered: the new Security Hub goes by the same calls as the other one."""
    return str(request.parameters.get("Feature") or request.service).lower()


def _register(management: str, account: str, principal: str) -> None:
    """Register it with Organizations too, and give the service trusted access."""
    backend = organization.backend(management)
    organization.enable_service(management, principal)
    known = next((admin for admin in backend.admins if admin.account.id == account), None)
    if known is None or principal not in known.services:
        backend.register_delegated_administrator(AccountId=account, ServicePrincipal=principal)


def _detector(account: str, region: str) -> None:
    client = internal.client("guardduty", account, region)
    if not client.list_detectors()["DetectorIds"]:
        client.create_detector(Enable=True)
