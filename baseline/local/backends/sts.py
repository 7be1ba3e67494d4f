"""Identity: who calls, and roles that exist and trust the caller."""

from typing import Any

from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest


@answers("sts", "GetCallerIdentity")
def caller_identity(request: ApiRequest) -> dict[str, Any]:
    """Say who calls (``baseline.local.principals`` lists the access keys)."""
    return {
        "Account": request.account,
        "Arn": request.caller_arn,
        "UserId": request.account if request.is_root else f"AROALOCAL:{request.principal_arn}",
    }
