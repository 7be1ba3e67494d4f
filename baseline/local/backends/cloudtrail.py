"""CloudTrail Insights: the selectors are stored; no Insights event is ever produced."""

from typing import Any

from baseline.local import internal
from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError


def _trail(request: ApiRequest) -> dict[str, Any]:
    name = request.parameters.get("TrailName")
    client = internal.client("cloudtrail", request.account, request.region)
    trails = client.describe_trails(trailNameList=[name])["trailList"] if name else []
    if not trails:
        raise ServiceError("TrailNotFoundException", f"Unknown trail: {name}", 404)
    return dict(trails[0])


@answers("cloudtrail", "PutInsightSelectors")
def put_insight_selectors(request: ApiRequest) -> dict[str, Any]:
    """Store the Insights selectors of a trail."""
    arn = _trail(request)["TrailARN"]
    selectors = request.parameters.get("InsightSelectors") or []
    state.account_wide("insight selectors", request.account)[arn] = selectors
    return {"TrailARN": arn, "InsightSelectors": selectors}


@answers("cloudtrail", "GetInsightSelectors")
def get_insight_selectors(request: ApiRequest) -> dict[str, Any]:
    """Give the Insights selectors of a trail."""
    arn = _trail(request)["TrailARN"]
    selectors = state.account_wide("insight selectors", request.account).get(arn)
    if not selectors:
        raise ServiceError(
            "InsightNotEnabledException", f"Insight is not enabled on trail {arn}", 400
        )
    return {"TrailARN": arn, "InsightSelectors": selectors}
