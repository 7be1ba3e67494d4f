"""Questions to an aggregator of AWS Config, as the embedded AWS answers."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from baseline.local import emulators
from baseline.local.backends import config_aggregator
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

ACCOUNT, REGION = "333333333333", "eu-west-1"


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = SimpleNamespace(config_aggregators={"secbase-aggregator": object()})
    empty = SimpleNamespace(config_aggregators={})
    backends: dict[str, Any] = defaultdict(lambda: defaultdict(lambda: empty))
    backends[ACCOUNT][REGION] = backend
    monkeypatch.setattr(emulators, "module", lambda _: SimpleNamespace(config_backends=backends))


def call(operation: str, account: str = ACCOUNT) -> ApiRequest:
    return ApiRequest(
        account=account,
        region=REGION,
        service="config",
        operation=operation,
        parameters={"ConfigurationAggregatorName": "secbase-aggregator"},
        principal_arn=f"arn:aws:iam::{account}:role/x",
        caller_arn=f"arn:aws:sts::{account}:assumed-role/x/y",
    )


@pytest.mark.parametrize("operation", sorted(config_aggregator._RESULTS))
def test_an_aggregator_answers_without_results_in_the_shape_of_the_operation(
    operation: str,
) -> None:
    answer = config_aggregator.ask_aggregator(call(operation))
    assert list(answer.values()) == [[]]
    model = boto3.client("config", region_name=REGION).meta.service_model
    assert set(answer) <= set(model.operation_model(operation).output_shape.members)


@pytest.mark.parametrize("operation", sorted(config_aggregator._RESULTS))
def test_an_account_without_one_is_told_so(operation: str) -> None:
    with pytest.raises(ServiceError, match="does not exist"):
        config_aggregator.ask_aggregator(call(operation, account="555555555555"))
