"""CloudWatch Logs: deletion protection of log groups, which ministack does not keep."""

import json
from typing import Any

from baseline.local import emulators
from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError


def _name(identifier: str) -> str:
    """Give the name of a log group from its name or ARN."""
    return identifier.partition(":log-group:")[2].removesuffix(":*") or identifier


def _protected(request: ApiRequest) -> dict[str, Any]:
    return state.regional("protected log groups", request.account, request.region)


def _call(request: ApiRequest, function: str) -> dict[str, Any]:
    """Let ministack do its part."""
    scope = emulators.module("ministack.core.responses").request_scope
    with scope(request.account, request.region):
        service = emulators.ministack("cloudwatch_logs")
        status, _, body = getattr(service, function)(dict(request.parameters))
    answer = json.loads(body or b"{}")
    if status >= 400:  # noqa: PLR2004 - HTTP error
        raise ServiceError(answer["__type"], answer.get("message", ""), status)
    return dict(answer)


@answers("logs", "PutLogGroupDeletionProtection")
def put_protection(request: ApiRequest) -> dict[str, Any]:
    """Protect a log group from deletion, or end that."""
    name = _name(request.parameters["logGroupIdentifier"])
    _protected(request)[name] = bool(request.parameters["deletionProtectionEnabled"])
    return {}


@answers("logs", "DescribeLogGroups")
def describe(request: ApiRequest) -> dict[str, Any]:
    """Describe log groups with their protection."""
    answer = _call(request, "_describe_log_groups")
    for group in answer["logGroups"]:
        protected = _protected(request).get(group["logGroupName"], False)
        group["deletionProtectionEnabled"] = protected
    return answer


@answers("logs", "DeleteLogGroup")
def delete(request: ApiRequest) -> dict[str, Any]:
    """Delete a log group that is not protected."""
    if _protected(request).get(request.parameters["logGroupName"]):
        raise ServiceError("ValidationException", "The log group has deletion protection enabled.")
    return _call(request, "_delete_log_group")
