"""A condition on the account or the Region decides in the embedded AWS as it does on AWS."""

from __future__ import annotations

from typing import Any

import pytest

from baseline.local import emulators
from baseline.local.conditions import with_pseudo_parameters

TEMPLATE: dict[str, Any] = {
    "Conditions": {
        "IsSecurity": {"Fn::Equals": [{"Ref": "AWS::AccountId"}, "333333333333"]},
        "IsHome": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
        "IsEnabled": {"Fn::Equals": [{"Ref": "Switch"}, "on"]},
    }
}
PARAMETERS = {"Switch": {"Value": "on"}}


@pytest.mark.parametrize(
    ("account", "region", "expected"),
    [
        ("333333333333", "eu-west-1", {"IsSecurity": True, "IsHome": True, "IsEnabled": True}),
        ("444444444444", "eu-west-1", {"IsSecurity": False, "IsHome": True, "IsEnabled": True}),
        ("333333333333", "eu-central-1", {"IsSecurity": True, "IsHome": False, "IsEnabled": True}),
    ],
)
def test_account_and_region_of_the_call_decide(
    account: str, region: str, expected: dict[str, bool]
) -> None:
    engine = emulators.module("ministack.services.cloudformation.engine")
    evaluate = with_pseudo_parameters(engine._evaluate_conditions)

    with emulators.module("ministack.core.responses").request_scope(account, region):
        assert evaluate(TEMPLATE, PARAMETERS) == expected


def test_without_it_the_condition_would_never_be_true() -> None:
    engine = emulators.module("ministack.services.cloudformation.engine")
    original = getattr(engine._evaluate_conditions, "__wrapped__", engine._evaluate_conditions)

    with emulators.module("ministack.core.responses").request_scope("333333333333", "eu-west-1"):
        assert original(TEMPLATE, PARAMETERS)["IsSecurity"] is False
