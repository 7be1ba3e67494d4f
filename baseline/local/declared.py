"""What a template declares in an account and Region, found without the CloudFormation engine.

The engine decides which conditional resources exist. ``verify`` must not believe it: a resource that
it leaves out has no property that could differ.
"""

from collections.abc import Mapping
from typing import Any

from baseline.errors import BaselineError

_Json = Mapping[str, Any]


def declared_resources(
    template: _Json, parameters: Mapping[str, str], account: str, region: str
) -> dict[str, bool]:
    """Give each logical ID of a template with whether it has to exist here.

    Args:
        template: The template.
        parameters: Values of its parameters.
        account: Account ID of the stack.
        region: Region of the stack.

    Raises:
        BaselineError: A condition uses a function that is not known here.
    """
    known = {
        **parameters,
        "AWS::AccountId": account,
        "AWS::Partition": "aws",
        "AWS::Region": region,
        "AWS::URLSuffix": "amazonaws.com",
    }
    conditions: _Json = template.get("Conditions", {})
    return {
        name: "Condition" not in resource
        or _holds({"Condition": resource["Condition"]}, conditions, known)
        for name, resource in template.get("Resources", {}).items()
    }


def _holds(expression: _Json, conditions: _Json, known: Mapping[str, str]) -> bool:
    ((function, given),) = expression.items()
    if function == "Condition":
        return _holds(conditions[given], conditions, known)
    if function == "Fn::Equals":
        one, other = (_value(each, known) for each in given)
        return one == other
    if function == "Fn::Not":
        return not _holds(given[0], conditions, known)
    if function == "Fn::And":
        return all(_holds(each, conditions, known) for each in given)
    if function == "Fn::Or":
        return any(_holds(each, conditions, known) for each in given)
    raise BaselineError(f"a condition uses {function}, which `verify` does not know")


def _value(value: object, known: Mapping[str, str]) -> str:
    if isinstance(value, Mapping):
        if set(value) != {"Ref"} or value["Ref"] not in known:
            raise BaselineError(f"a condition compares {dict(value)}, which `verify` does not know")
        return known[value["Ref"]]
    return str(value)
