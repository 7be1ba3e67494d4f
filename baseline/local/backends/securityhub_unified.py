"""The new Security Hub: whether it is on in an account and Region. Nothing is correlated here."""

from datetime import UTC, datetime
from typing import Any

from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError


def _hub(request: ApiRequest) -> dict[str, Any]:
    return state.regional("securityhub unified", request.account, request.region)


@answers("securityhub", "DescribeSecurityHubV2")
def describe(request: ApiRequest) -> dict[str, Any]:
    """Give the hub, an error where there is none."""
    if not _hub(request):
        raise ServiceError("ResourceNotFoundException", "Security Hub is not enabled.", 404)
    return dict(_hub(request))


@answers("securityhub", "EnableSecurityHubV2")
def enable(request: ApiRequest) -> dict[str, Any]:
    """Enable the new Security Hub."""
    arn = f"arn:aws:securityhub:{request.region}:{request.account}:hubv2/{request.account}"
    _hub(request).setdefault("HubV2Arn", arn)
    _hub(request).setdefault("SubscribedAt", datetime.now(UTC).isoformat())
    return {"HubV2Arn": _hub(request)["HubV2Arn"]}


@answers("securityhub", "DisableSecurityHubV2")
def disable(request: ApiRequest) -> dict[str, Any]:
    """Disable it."""
    _hub(request).clear()
    return {}
