"""EventBridge: buses with key, dead-letter queue and policy, and statements of bus policies."""

import json

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource

_BUS_MEMBERS = ("Description", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig")


def _attributes(resource: Resource) -> Physical:
    name = resource.properties["Name"]
    arn = f"arn:aws:events:{resource.region}:{resource.account}:event-bus/{name}"
    return Physical(id=name, attributes={"Arn": arn, "Name": name})


def _policy(resource: Resource) -> None:
    if "Policy" in resource.properties:
        resource.call(
            "events",
            "put_permission",
            EventBusName=resource.properties["Name"],
            Policy=json.dumps(resource.properties["Policy"]),
        )


def _create_bus(resource: Resource) -> Physical:
    resource.call(
        "events",
        "create_event_bus",
        Name=resource.properties["Name"],
        Tags=resource.tag_list(),
        **resource.only(*_BUS_MEMBERS),
    )
    _policy(resource)
    return _attributes(resource)


def _update_bus(_: str, __: Resource, new: Resource) -> Physical:
    name = new.properties["Name"]
    new.call("events", "update_event_bus", Name=name, **new.only(*_BUS_MEMBERS))
    _policy(new)
    return _attributes(new)


def _delete_bus(name: str, resource: Resource) -> None:
    resource.call("events", "delete_event_bus", Name=name)


register(
    "AWS::Events::EventBus",
    create=_create_bus,
    update=_update_bus,
    delete=_delete_bus,
    applies=("Name", "Policy", "Tags", *_BUS_MEMBERS),
)


def _put_statement(resource: Resource) -> Physical:
    """Write the statement into the bus policy, from ``Statement`` or from the older members."""
    bus = resource.get("EventBusName", "default")
    sid = resource.properties["StatementId"]
    statement = resource.get("Statement")
    if statement:
        policy = _bus_policy(resource, bus)
        others = [one for one in policy["Statement"] if one.get("Sid") != sid]
        policy["Statement"] = [*others, {**statement, "Sid": sid}]
        resource.call("events", "put_permission", EventBusName=bus, Policy=json.dumps(policy))
    else:
        members = resource.only("Action", "Principal", "Condition")
        resource.call("events", "put_permission", EventBusName=bus, StatementId=sid, **members)
    return Physical(id=f"{bus}|{sid}")


def _bus_policy(resource: Resource, bus: str) -> dict[str, list[dict[str, object]]]:
    described = resource.call("events", "describe_event_bus", Name=bus)
    empty = '{"Version": "2012-10-17", "Statement": []}'
    policy: dict[str, list[dict[str, object]]] = json.loads(described.get("Policy") or empty)
    return policy


def _update_statement(_: str, __: Resource, new: Resource) -> Physical:
    return _put_statement(new)


def _delete_statement(_: str, resource: Resource) -> None:
    resource.call(
        "events",
        "remove_permission",
        EventBusName=resource.get("EventBusName", "default"),
        StatementId=resource.properties["StatementId"],
    )


register(
    "AWS::Events::EventBusPolicy",
    create=_put_statement,
    update=_update_statement,
    delete=_delete_statement,
    applies=("Action", "Condition", "EventBusName", "Principal", "Statement", "StatementId"),
)
