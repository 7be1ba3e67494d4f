"""EventBridge: delivery across accounts and Regions, bus policies, rule states, events of services."""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from baseline.detection.event_patterns.rehearsals import ALL_CALLS
from baseline.detection.event_patterns.shapes import API_CALL
from baseline.errors import BaselineError
from baseline.local import emulators, organization
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

_READING = ("Describe", "Get", "List")
_CHANGES_THAT_GET = ("GetFederationToken", "GetSessionToken")


def deliver_across_accounts() -> None:
    """Replace ministack's delivery to buses, which ends at the account and the Region.

    And its choice of rules, which knows one of the two states in which a rule is on.
    """
    service = emulators.ministack("eventbridge")
    service._dispatch_to_event_bus = _deliver
    service._dispatch_event = _dispatch


def _dispatch(event: dict[str, Any], view: Any = None) -> None:  # noqa: ANN401 - no types
    """Send an event to the targets of the rules that hear of it."""
    service = emulators.ministack("eventbridge")
    bus, path = event.get("EventBusName", "default"), set(event.get("_DispatchPath") or [])
    view = view or service._pattern_event_view(event)
    hearing = (ALL_CALLS,) if _only_reads(event) else ("ENABLED", ALL_CALLS)
    for key, rule in service._rules.items():
        pattern = rule.get("EventPattern")
        if key in path or rule.get("EventBusName", "default") != bus or not pattern:
            continue
        if rule.get("State") in hearing and service._matches_pattern_view(
            pattern, view, f"rule {key}"
        ):
            for target in service._targets.get(key, []):
                service._invoke_target(target, event, rule, view)


def _only_reads(event: Mapping[str, Any]) -> bool:
    """Whether an event is a recorded call that only reads.

    Source: Amazon EventBridge User Guide, "Receiving read-only management events from AWS services".
    """
    if event.get("DetailType") != API_CALL:
        return False
    called = str(json.loads(event["Detail"]).get("eventName", ""))
    return called.startswith(_READING) and called not in _CHANGES_THAT_GET


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
    facts = _facts(source_account, role=_role(service, rule, bus), source=event["Source"])
    with _scope(target.account_id, target.region):
        service._ensure_default_bus()
        if bus not in service._event_buses or step in path:
            return
        if target.account_id != source_account and not _admits(service, bus, facts):
            return
        forwarded = {**event, "EventBusName": bus, "_DispatchPath": [*path, step]}
        if replaced is not None:
            forwarded["Detail"] = replaced
        service._dispatch_event(forwarded)


def _role(service: Any, rule: Mapping[str, Any], bus: str) -> str:  # noqa: ANN401 - no types
    """Give the role with which a rule sends to a bus of that name."""
    key = service._rule_key(rule["Name"], rule.get("EventBusName", "default"))
    targets = service._targets.get(key, [])
    roles = (each.get("RoleArn") for each in targets if each["Arn"].endswith(f":event-bus/{bus}"))
    return str(next(roles, None) or "")


def _facts(account: str, *, role: str = "", source: str = "") -> dict[str, str]:
    """Give the condition keys of a delivery, in lower case; a key without a value is absent."""
    management = organization.management_of(account)
    identifier = organization.backend(management).org.id if management else ""
    facts = {
        "aws:principalaccount": account,
        "aws:principalarn": role,
        "aws:principalorgid": identifier,
        "aws:sourceaccount": account,
        "events:source": source,
    }
    return {key: value for key, value in facts.items() if value}


def _admits(service: Any, bus: str, facts: Mapping[str, str]) -> bool:  # noqa: ANN401 - no types
    """Whether the bus policy lets somebody put events."""
    policy = service._event_bus_policies.get(bus) or {}
    return any(_allows(statement, facts) for statement in policy.get("Statement", []))


def _allows(statement: Mapping[str, Any], facts: Mapping[str, str]) -> bool:
    account = facts["aws:principalaccount"]
    actions = statement.get("Action", [])
    actions = [actions] if isinstance(actions, str) else actions
    if statement.get("Effect") != "Allow" or not {"events:PutEvents", "events:*"} & set(actions):
        return False
    principal = statement.get("Principal")
    listed = principal.get("AWS", []) if isinstance(principal, dict) else principal
    listed = [listed] if isinstance(listed, str) else listed or []
    named = any(entry in ("*", account) or f"::{account}:" in entry for entry in listed)
    return named and all(
        _holds(operator, keys, facts) for operator, keys in statement.get("Condition", {}).items()
    )


def _holds(operator: str, keys: Mapping[str, Any], facts: Mapping[str, str]) -> bool:
    """Decide the conditions that a bus policy for an organization has; others do not hold."""
    operator, optional = operator.removesuffix("IfExists"), operator.endswith("IfExists")
    exact = operator in ("StringEquals", "ForAnyValue:StringEquals")
    if not exact and operator not in ("ArnLike", "StringLike"):
        return False
    for key, value in keys.items():
        found = facts.get(key.lower())
        wanted = [value] if isinstance(value, str) else value
        if found is None:
            if not optional:
                return False
        elif not any(found == each if exact else fnmatchcase(found, each) for each in wanted):
            return False
    return True


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
