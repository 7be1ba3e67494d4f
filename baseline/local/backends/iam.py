"""Central root access: the organization features of IAM."""

from typing import Any

from baseline.local import organization
from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

_TRUSTED_SERVICE = "iam.amazonaws.com"
_FEATURES = {
    "OrganizationsRootCredentialsManagement": "RootCredentialsManagement",
    "OrganizationsRootSessions": "RootSessions",
}


def _features(request: ApiRequest) -> dict[str, Any]:
    management = organization.management_of(request.account)
    if management is None:
        raise ServiceError("OrganizationNotFound", "The account is in no organization.", 404)
    if _TRUSTED_SERVICE not in organization.enabled_services(management):
        raise ServiceError(
            "ServiceAccessNotEnabled", "Trusted access for IAM is not enabled in the organization."
        )
    return state.account_wide("iam root features", management)


def _output(request: ApiRequest, features: dict[str, Any]) -> dict[str, Any]:
    management = organization.management_of(request.account) or request.account
    return {
        "OrganizationId": organization.backend(management).org.id,
        "EnabledFeatures": sorted(features),
    }


@answers("iam", "ListOrganizationsFeatures")
def list_features(request: ApiRequest) -> dict[str, Any]:
    """List the root features that are on."""
    return _output(request, _features(request))


@answers("iam", *(f"Enable{name}" for name in _FEATURES))
def enable(request: ApiRequest) -> dict[str, Any]:
    """Turn a root feature on."""
    features = _features(request)
    features[_FEATURES[request.operation.removeprefix("Enable")]] = True
    return _output(request, features)


@answers("iam", *(f"Disable{name}" for name in _FEATURES))
def disable(request: ApiRequest) -> dict[str, Any]:
    """Turn a root feature off."""
    features = _features(request)
    features.pop(_FEATURES[request.operation.removeprefix("Disable")], None)
    return _output(request, features)
