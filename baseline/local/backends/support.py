"""AWS Support: no account here has a support plan, so Trusted Advisor cannot be asked.

moto lists checks and has no results of them; an account without a plan is the honest answer.
"""

from typing import Any

from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError


@answers(
    "support",
    "DescribeTrustedAdvisorCheckResult",
    "DescribeTrustedAdvisorChecks",
    "RefreshTrustedAdvisorCheck",
)
def no_plan(request: ApiRequest) -> dict[str, Any]:
    """Refuse as AWS Support does.

    Raises:
        ServiceError: always.
    """
    raise ServiceError(
        "SubscriptionRequiredException",
        f"Amazon Web Services Premium Support Subscription is required to use this service "
        f"(account {request.account}).",
    )
