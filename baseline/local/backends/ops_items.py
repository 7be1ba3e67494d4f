"""OpsCenter: OpsItems are stored, merged and deduplicated as Systems Manager does."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

DEDUP = "/aws/dedup"
ENDED = frozenset({"Resolved", "Closed"})
_KEPT = ("Category", "Description", "OpsItemType", "Priority", "Severity", "Source", "Title")


def _items(request: ApiRequest) -> dict[str, Any]:
    return state.regional("ssm ops items", request.account, request.region)


def _item(request: ApiRequest) -> dict[str, Any]:
    found: dict[str, Any] | None = _items(request).get(request.parameters["OpsItemId"])
    if found is None:
        raise ServiceError("OpsItemNotFoundException", "there is no such OpsItem")
    return found


@answers("ssm", "CreateOpsItem")
def create(request: ApiRequest) -> dict[str, Any]:
    """Create an OpsItem, unless one of the same deduplication string is open."""
    data = dict(request.parameters.get("OperationalData", {}))
    wanted = data.get(DEDUP, {}).get("Value")
    for known, item in _items(request).items():
        same = wanted and item["OperationalData"].get(DEDUP, {}).get("Value") == wanted
        if same and item["Status"] not in ENDED:
            raise ServiceError(
                "OpsItemAlreadyExistsException",
                f"OpsItem {known} has the deduplication string {json.loads(wanted)['dedupString']}",
                OpsItemId=known,
            )
    now = datetime.now(UTC)
    made = f"oi-{uuid.uuid4().hex[:12]}"
    _items(request)[made] = {
        **{key: request.parameters[key] for key in _KEPT if key in request.parameters},
        "OpsItemId": made,
        "OperationalData": data,
        "Status": "Open",
        "CreatedTime": now,
        "LastModifiedTime": now,
    }
    return {"OpsItemId": made}


@answers("ssm", "UpdateOpsItem")
def update(request: ApiRequest) -> dict[str, Any]:
    """Add to the operational data, or replace values of the same keys, and change the status."""
    item = _item(request)
    item["OperationalData"] |= request.parameters.get("OperationalData", {})
    for key in request.parameters.get("OperationalDataToDelete", []):
        item["OperationalData"].pop(key, None)
    for key in (*_KEPT, "Status"):
        if key in request.parameters:
            item[key] = request.parameters[key]
    item["LastModifiedTime"] = datetime.now(UTC)
    return {}


@answers("ssm", "GetOpsItem")
def get(request: ApiRequest) -> dict[str, Any]:
    """Give an OpsItem with its operational data."""
    return {"OpsItem": _item(request)}


@answers("ssm", "DescribeOpsItems")
def describe(request: ApiRequest) -> dict[str, Any]:
    """List OpsItems, by status, source, severity or deduplication string.

    Raises:
        ServiceError: another filter, which is not emulated.
    """
    found = list(_items(request).values())
    for each in request.parameters.get("OpsItemFilters", []):
        found = [item for item in found if _matches(item, each["Key"], each["Values"])]
    return {"OpsItemSummaries": found}


def _matches(item: dict[str, Any], key: str, values: list[str]) -> bool:
    if key not in {"Status", "Source", "Severity", "Title", "OpsItemId"}:
        raise ServiceError("OpsItemInvalidParameterException", f"the filter {key} is not emulated")
    return item.get(key) in values
