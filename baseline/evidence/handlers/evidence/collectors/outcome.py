"""What an error of a source means: denied, not enabled, throttled, or simply failed."""

from __future__ import annotations

from botocore.exceptions import ClientError, EndpointConnectionError

from .protocol import DENIED, FAILED, NOT_ENABLED, NotEnabledError, RefusedError
from .records import clean

_DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "ForbiddenException",
    "OrganizationAccessDeniedException",
    "UnauthorizedOperation",
    "403",
}
# What services answer where they were never switched on, or where what was asked does not exist.
_NOT_ENABLED = {
    "InvalidAccessException",
    "NoSuchBucket",
    "NoSuchConfigurationAggregatorException",
    "OptInRequired",
    "ResourceNotFoundException",
    "SubscriptionRequiredException",
}
_THROTTLED = {
    "LimitExceededException",
    "RequestLimitExceeded",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
LONGEST = 400


def code_of(error: BaseException) -> str:
    """Give AWS's code of an error; empty for any other error."""
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else ""


def throttled(error: BaseException) -> bool:
    """Say whether the same question later would be answered."""
    return code_of(error) in _THROTTLED


def status_of(error: BaseException) -> str:
    """Give the status that an error gives a part."""
    code = code_of(error)
    if code in _DENIED or isinstance(error, RefusedError):
        return DENIED
    if code in _NOT_ENABLED or isinstance(error, NotEnabledError | EndpointConnectionError):
        return NOT_ENABLED
    return FAILED


def text_of(error: BaseException) -> str:
    """Give an error as one line, without secrets."""
    said = str(error) or type(error).__name__
    if isinstance(error, ClientError):
        message = error.response["Error"].get("Message", "")
        said = f"{error.operation_name}: {code_of(error)}: {message}".removesuffix(": ")
    line = " ".join(str(clean(said)).split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
