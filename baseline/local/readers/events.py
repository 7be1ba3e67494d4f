"""EventBridge: buses, their policies, rules and targets."""

from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, compare, reader
from baseline.local.readers.values import ABSENT, attempt, policy, subset, tail

_DEFAULT_BUS = "default"


@reader(
    "AWS::Events::Rule",
    capability="Event rules",
    covers="Name EventBusName EventPattern ScheduleExpression State Targets RoleArn Description",
)
def rule(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a rule's pattern and state, and each of its targets."""
    events = place("events")
    bus = tail(expected.get("EventBusName", _DEFAULT_BUS))
    # The reference to a rule on another bus than the default is "bus|rule".
    name = expected.get("Name") or physical_id.rsplit("|", 1)[-1]
    found = attempt(events.describe_rule, "ResourceNotFoundException", Name=name, EventBusName=bus)
    if found == ABSENT:
        yield Check(setting="rule", expected=name, found=ABSENT)
        return
    if "EventPattern" in expected:
        yield Check(
            setting=f"EventPattern of {name}",
            expected=policy(expected["EventPattern"]),
            found=policy(found.get("EventPattern")),
        )
    names = ("ScheduleExpression", "State", "RoleArn")
    yield from compare(expected, found, {each: each for each in names})
    targets = events.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]
    by_id = {each["Id"]: each for each in targets}
    for wanted in expected.get("Targets", ()):
        yield Check(
            setting=f"target {wanted['Id']} of {name}",
            expected=wanted,
            found=subset(by_id.get(wanted["Id"], ABSENT), wanted),
        )


@reader(
    "AWS::Events::EventBus",
    capability="Event bus",
    covers="Name KmsKeyIdentifier Policy DeadLetterConfig Description",
)
def event_bus(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read whether a bus is there, its key and its policy."""
    found = attempt(
        place("events").describe_event_bus, "ResourceNotFoundException", Name=expected["Name"]
    )
    answer = {} if found == ABSENT else found
    yield from compare(expected, answer, {"Name": "Name", "DeadLetterConfig": "DeadLetterConfig"})
    if "KmsKeyIdentifier" in expected:
        yield Check(
            setting="KmsKeyIdentifier",
            expected=tail(expected["KmsKeyIdentifier"]),
            found=tail(answer.get("KmsKeyIdentifier", ABSENT)),
        )
    if "Policy" in expected:
        yield Check(
            setting="Policy",
            expected=policy(expected["Policy"]),
            found=policy(answer.get("Policy")),
        )


@reader(
    "AWS::Events::EventBusPolicy",
    capability="Event bus",
    covers="EventBusName StatementId Statement",
)
def event_bus_policy(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read one statement of a bus's policy."""
    bus = tail(expected.get("EventBusName", _DEFAULT_BUS))
    document = place("events").describe_event_bus(Name=bus).get("Policy")
    found = policy(document)
    statements = found["Statement"] if isinstance(found, dict) else []
    statements = statements if isinstance(statements, list) else [statements]
    sid = expected["StatementId"]
    statement = next((each for each in statements if each.get("Sid") == sid), ABSENT)
    wanted = policy({"Sid": sid, **expected.get("Statement", {})})
    yield Check(setting=f"statement {sid}", expected=wanted, found=statement)
