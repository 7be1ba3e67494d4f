"""Lambda functions and the state machines that wait for them."""

from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, compare, reader
from baseline.local.readers.values import ABSENT, attempt, policy, subset, tail


@reader(
    "AWS::Lambda::Function",
    capability="Functions",
    covers="FunctionName Role Runtime Handler Timeout MemorySize Environment KmsKeyArn"
    " TracingConfig DeadLetterConfig ReservedConcurrentExecutions LoggingConfig",
)
def function(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a function's role, key, tracing, dead-letter queue and limits."""
    client = place("lambda")
    found = client.get_function_configuration(FunctionName=physical_id)
    plain = ("FunctionName", "Role", "Runtime", "Handler", "Timeout", "MemorySize")
    yield from compare(expected, found, {name: name for name in plain})
    if "KmsKeyArn" in expected:
        yield Check(
            setting="KmsKeyArn",
            expected=tail(expected["KmsKeyArn"]),
            found=tail(found.get("KMSKeyArn", ABSENT)),
        )
    for name in ("Environment", "TracingConfig", "DeadLetterConfig", "LoggingConfig"):
        if name in expected:
            yield Check(
                setting=name,
                expected=expected[name],
                found=subset(found.get(name, ABSENT), expected[name]),
            )
    if "ReservedConcurrentExecutions" in expected:
        answer = client.get_function_concurrency(FunctionName=physical_id)
        yield Check(
            setting="ReservedConcurrentExecutions",
            expected=expected["ReservedConcurrentExecutions"],
            found=answer.get("ReservedConcurrentExecutions", ABSENT),
        )


@reader(
    "AWS::Lambda::Permission",
    capability="Functions",
    covers="FunctionName Action Principal SourceArn SourceAccount PrincipalOrgID",
)
def permission(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read whether a function's policy lets exactly this caller invoke it."""
    name = expected["FunctionName"]
    answer = attempt(place("lambda").get_policy, "ResourceNotFoundException", FunctionName=name)
    document = {} if answer == ABSENT else policy(answer["Policy"])
    statements = document.get("Statement", [])
    statements = statements if isinstance(statements, list) else [statements]
    wanted = {
        "action": expected["Action"],
        "principal": expected["Principal"],
        "source": expected.get("SourceArn", ABSENT),
    }
    found = [_caller(statement) for statement in statements]
    yield Check(
        setting=f"permission on {tail(name)}",
        expected=wanted,
        found=wanted if wanted in found else found,
    )


def _caller(statement: Properties) -> dict[str, object]:
    principal = statement.get("Principal", ABSENT)
    if isinstance(principal, dict):
        principal = next(iter(principal.values()), ABSENT)
    conditions = statement.get("Condition", {})
    sources = [
        value
        for operator in conditions.values()
        for key, value in operator.items()
        if key.lower() == "aws:sourcearn"
    ]
    return {
        "action": statement.get("Action"),
        "principal": principal,
        "source": sources[0] if sources else ABSENT,
    }


def _substituted(expected: Properties) -> str:
    """Give a state machine's definition with its placeholders filled in, as CloudFormation does."""
    definition = str(expected["DefinitionString"])
    for name, value in expected.get("DefinitionSubstitutions", {}).items():
        definition = definition.replace(f"${{{name}}}", str(value))
    return definition


@reader(
    "AWS::StepFunctions::StateMachine",
    capability="State machines",
    covers="StateMachineName DefinitionString DefinitionSubstitutions RoleArn StateMachineType TracingConfiguration LoggingConfiguration EncryptionConfiguration",
)
def state_machine(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a state machine's role, tracing, logging and encryption."""
    found = place("stepfunctions").describe_state_machine(stateMachineArn=physical_id)
    members = {"StateMachineName": "name", "RoleArn": "roleArn", "StateMachineType": "type"}
    yield from compare(expected, found, members)
    if "DefinitionString" in expected:
        yield Check(
            setting="DefinitionString",
            expected=policy(_substituted(expected)),
            found=policy(found["definition"]),
        )
    if "TracingConfiguration" in expected:
        yield Check(
            setting="TracingConfiguration",
            expected=expected["TracingConfiguration"]["Enabled"],
            found=found.get("tracingConfiguration", {}).get("enabled", ABSENT),
        )
    if "LoggingConfiguration" in expected:
        yield Check(
            setting="LoggingConfiguration",
            expected=expected["LoggingConfiguration"].get("Level"),
            found=found.get("loggingConfiguration", {}).get("level", ABSENT),
        )
    if "EncryptionConfiguration" in expected:
        yield Check(
            setting="EncryptionConfiguration",
            expected=expected["EncryptionConfiguration"].get("Type"),
            found=found.get("encryptionConfiguration", {}).get("type", ABSENT),
        )


@reader(
    "AWS::Lambda::EventInvokeConfig",
    capability="Functions",
    covers="FunctionName Qualifier MaximumEventAgeInSeconds MaximumRetryAttempts DestinationConfig",
)
def event_invoke_config(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read how often a failed event is tried again, and where it goes then."""
    found = place("lambda").get_function_event_invoke_config(
        FunctionName=expected["FunctionName"], Qualifier=expected["Qualifier"]
    )
    names = ("MaximumEventAgeInSeconds", "MaximumRetryAttempts")
    yield from compare(expected, found, {name: name for name in names})
    wanted = expected.get("DestinationConfig", {})
    yield Check(
        setting="DestinationConfig",
        expected=wanted,
        found=subset(found.get("DestinationConfig", ABSENT), wanted),
    )
