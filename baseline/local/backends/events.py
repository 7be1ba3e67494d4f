"""EventBridge: delivery to buses of other accounts and Regions, bus policies, events of services."""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from baseline.errors import BaselineError
from baseline.local import emulators, organization
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError


def deliver_across_accounts() -> None:
    """Replace ministack's delivery to buses, which ends at the account and the Region."""
    emulators.ministack("eventbridge")._dispatch_to_event_bus = _deliver


def _scope(account: str, region: str) -> Any:  # noqa: ANN401 - ministack has no types
    return emulators.module("ministack.core.responses").request_scope(account, region)


def _deliver(
    target: Any,  # noqa: ANN401 - ministack has no types
    event: dict[str, Any],
    rule: dict[str, Any],
    path: set[str],
    replaced: str | None = None,
) -> None:
    """Deliver an event to a bus; it keeps the account and Region where it happened, as in AWS."""
    service = emulators.ministack("eventbridge")
    source_account, source_region = emulators.scope()
    bus = target.resource.partition("/")[2]
    step = f"{source_account}/{source_region}/{rule.get('EventBusName')}/{rule.get('Name')}"
    with _scope(target.account_id, target.region):
        service._ensure_default_bus()
        if bus not in service._event_buses or step in path:
            return
        if target.account_id != source_account and not _admits(service, bus, source_account):
            return
        forwarded = {**event, "EventBusName": bus, "_DispatchPath": [*path, step]}
        if replaced is not None:
            forwarded["Detail"] = replaced
        service._dispatch_event(forwarded)


def _admits(service: Any, bus: str, account: str) -> bool:  # noqa: ANN401 - no types
    """Whether the bus policy lets an account put events."""
    policy = service._event_bus_policies.get(bus) or {}
    return any(_allows(statement, account) for statement in policy.get("Statement", []))


def _allows(statement: Mapping[str, Any], account: str) -> bool:
    actions = statement.get("Action", [])
    actions = [actions] if isinstance(actions, str) else actions
    if statement.get("Effect") != "Allow" or not {"events:PutEvents", "events:*"} & set(actions):
        return False
    principal = statement.get("Principal")
    listed = principal.get("AWS", []) if isinstance(principal, dict) else principal
    listed = [listed] if isinstance(listed, str) else listed or []
    named = any(entry in ("*", account) or f"::{account}:" in entry for entry in listed)
    return named and all(
        _holds(operator, keys, account) for operator, keys in statement.get("Condition", {}).items()
    )


def _holds(operator: str, keys: Mapping[str, Any], account: str) -> bool:
    """Decide the conditions that a bus policy for an organization has; others do not hold."""
    if operator not in ("StringEquals", "ForAnyValue:StringEquals"):
        return False
    management = organization.management_of(account)
    facts = {"aws:principalaccount": account, "aws:sourceaccount": account}
    if management:
        facts["aws:principalorgid"] = organization.backend(management).org.id
    return all(
        facts.get(key.lower()) in ([value] if isinstance(value, str) else value)
        for key, value in keys.items()
    )


@answers("events", "PutPermission")
def put_permission(request: ApiRequest) -> dict[str, Any]:
    """Set a statement or the whole policy of a bus."""
    given = request.parameters
    bus = given.get("EventBusName", "default")
    service = emulators.ministack("eventbridge")
    with _scope(request.account, request.region):
        service._ensure_default_bus()
        if bus not in service._event_buses:
            raise ServiceError("ResourceNotFoundException", f"Event bus {bus} does not exist.", 400)
        if given.get("Policy"):
            service._event_bus_policies[bus] = json.loads(given["Policy"])
            return {}
        policy = service._event_bus_policies.get(bus) or {"Version": "2012-10-17", "Statement": []}
        others = [one for one in policy["Statement"] if one.get("Sid") != given["StatementId"]]
        policy["Statement"] = [*others, _statement(request, bus)]
        service._event_bus_policies[bus] = policy
    return {}


def _statement(request: ApiRequest, bus: str) -> dict[str, Any]:
    given = request.parameters
    principal = given["Principal"]
    condition = given.get("Condition")
    return {
        "Sid": given["StatementId"],
        "Effect": "Allow",
        "Principal": "*" if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"},
        "Action": given.get("Action", "events:PutEvents"),
        "Resource": f"arn:aws:events:{request.region}:{request.account}:event-bus/{bus}",
        **(
            {"Condition": {condition["Type"]: {condition["Key"]: condition["Value"]}}}
            if condition
            else {}
        ),
    }


def emit(wanted: Mapping[str, Any]) -> dict[str, str]:
    """Let an AWS service put an event on the default bus of an account, as GuardDuty does.

    Clients cannot: EventBridge refuses ``aws.`` sources in PutEvents.

    Args:
        wanted: ``{"account", "region", "source", "detail_type", "detail": {...},
            "resources": [...]}``; ``resources`` may be left out.

    Returns:
        ``{"event_id": ...}``.

    Raises:
        BaselineError: The source is not a service's.
        KeyError: A member is missing.
    """
    if not wanted["source"].startswith("aws."):
        raise BaselineError(f"{wanted['source']} is no AWS service's source; use PutEvents")
    service = emulators.ministack("eventbridge")
    event = {
        "EventId": str(uuid.uuid4()),
        "Source": wanted["source"],
        "DetailType": wanted["detail_type"],
        "Detail": json.dumps(wanted["detail"]),
        "EventBusName": "default",
        "Time": int(datetime.now(UTC).timestamp()),
        "Resources": list(wanted.get("resources", [])),
        "Account": wanted["account"],
        "Region": wanted["region"],
    }
    with _scope(wanted["account"], wanted["region"]):
        service._ensure_default_bus()
        service._dispatch_event(event)
    return {"event_id": event["EventId"]}
