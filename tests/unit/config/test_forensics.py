"""What a configuration may say of the forensic account and of memory."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from baseline.config.forensics import ComputeResponse

Found = Callable[[dict[str, object]], list[str]]
SECTION = "response.forensics"
MEMORY = {"tool": "s3://tools/avml", "sha256": "9f" * 32, "output": "s3://images/memory"}


def test_by_default_connections_are_cut_and_memory_is_left() -> None:
    chosen = ComputeResponse()
    assert (chosen.cut_connections, chosen.memory) == (True, None)


@pytest.mark.parametrize(
    "response",
    [
        {"forensics": {"account": "666666666666"}},
        {"forensics": {"unit": "Workloads/Test"}},
        {"compute": {"cut_connections": False, "memory": MEMORY}},
    ],
)
def test_sound_settings_pass(found: Found, response: object) -> None:
    assert found({"response": response}) == []


@pytest.mark.parametrize(
    ("forensics", "message"),
    [
        ({}, f"{SECTION}: names account and unit or neither; name one of them"),
        (
            {"account": "666666666666", "unit": "Workloads/Test"},
            f"{SECTION}: names account and unit or neither; name one of them",
        ),
        (
            {"account": "121212121212"},
            f"{SECTION}.account: '121212121212' is the id of no account of this file; disks leave the organization otherwise",
        ),
        (
            {"account": "111111111111"},
            f"{SECTION}.account: '111111111111' is the management account, which no guardrail binds; name another one",
        ),
        (
            {"unit": "Security"},
            f"{SECTION}.unit: 'Security' has 2 accounts in this file; the forensic account stands in a unit alone",
        ),
        (
            {"unit": "Suspended"},
            f"{SECTION}.unit: 'Suspended' has 0 accounts in this file; the forensic account stands in a unit alone",
        ),
        (
            {"unit": "Sandbox"},
            f"{SECTION}.unit: 'Sandbox' has 'sandbox-platform', which has no id yet; write it after the account is created",
        ),
    ],
)
def test_an_account_that_is_none_is_found(found: Found, forensics: object, message: str) -> None:
    assert found({SECTION: forensics}) == [message]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sha256", "9F" * 32),
        ("sha256", "9f"),
        ("tool", "https://example.com/avml"),
        ("output", "s3://images"),
    ],
)
def test_a_tool_without_hash_or_place_is_found(found: Found, key: str, value: str) -> None:
    [message] = found({"response.compute.memory": {**MEMORY, key: value}})
    assert message.startswith(f"response.compute.memory.{key}:")
