"""AWS Support in the embedded AWS: an account without a plan, as Trusted Advisor's reader knows it."""

from __future__ import annotations

import pytest

from baseline.local.backends.registry import answer_to
from baseline.local.backends.support import no_plan
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError
from tests.handlers import load_handler

reader = load_handler("baseline/detection/handlers/trusted_advisor")


@pytest.mark.parametrize(
    "operation",
    [
        "DescribeTrustedAdvisorCheckResult",
        "DescribeTrustedAdvisorChecks",
        "RefreshTrustedAdvisorCheck",
    ],
)
def test_no_account_has_a_support_plan(operation: str) -> None:
    request = ApiRequest(
        account="555555555555",
        region="us-east-1",
        service="support",
        operation=operation,
        parameters={},
        principal_arn="arn:aws:iam::555555555555:role/secbase-trusted-advisor",
        caller_arn="arn:aws:sts::555555555555:assumed-role/secbase-trusted-advisor/x",
    )
    assert answer_to(request) is no_plan
    with pytest.raises(ServiceError, match="555555555555") as refused:
        no_plan(request)
    assert refused.value.code == reader.NO_PLAN
