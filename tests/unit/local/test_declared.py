"""Which resources have to exist is decided here, not by the engine that is checked."""

from __future__ import annotations

from typing import Any

import pytest

from baseline.errors import BaselineError
from baseline.local.declared import declared_resources

SECURITY, NETWORK = "333333333333", "444444444444"


def template(**conditions: Any) -> dict[str, Any]:
    return {
        "Conditions": conditions,
        "Resources": {"Always": {}, "Sometimes": {"Condition": "Wanted"}},
    }


IS_SECURITY = {"Fn::Equals": [{"Ref": "AWS::AccountId"}, SECURITY]}
IS_HOME = {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}


@pytest.mark.parametrize(
    ("condition", "account", "region", "expected"),
    [
        (IS_SECURITY, SECURITY, "eu-west-1", True),
        (IS_SECURITY, NETWORK, "eu-west-1", False),
        (IS_HOME, NETWORK, "eu-central-1", False),
        ({"Fn::Not": [IS_SECURITY]}, NETWORK, "eu-west-1", True),
        ({"Fn::And": [IS_SECURITY, IS_HOME]}, SECURITY, "eu-central-1", False),
        ({"Fn::Or": [IS_SECURITY, IS_HOME]}, SECURITY, "eu-central-1", True),
        ({"Condition": "Other"}, SECURITY, "eu-west-1", True),
        ({"Fn::Equals": [{"Ref": "Switch"}, "on"]}, SECURITY, "eu-west-1", True),
    ],
)
def test_a_condition_decides_by_account_region_and_parameter(
    condition: dict[str, Any], account: str, region: str, expected: bool
) -> None:
    found = declared_resources(
        template(Wanted=condition, Other=IS_SECURITY), {"Switch": "on"}, account, region
    )

    assert found == {"Always": True, "Sometimes": expected}


@pytest.mark.parametrize(
    "condition",
    [
        {"Fn::Contains": [["a"], "a"]},
        {"Fn::Equals": [{"Fn::Select": [0, ["a"]]}, "a"]},
        {"Fn::Equals": [{"Ref": "Unknown"}, "a"]},
    ],
)
def test_what_is_not_understood_is_said_and_not_guessed(condition: dict[str, Any]) -> None:
    with pytest.raises(BaselineError, match="`verify` does not know"):
        declared_resources(template(Wanted=condition), {}, SECURITY, "eu-west-1")
