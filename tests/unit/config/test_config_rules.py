"""Pairs: rules that AWS knows pass; what it does not know, or what is not safe, is one line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Found = Callable[[dict[str, object]], list[str]]
RULES = "capabilities.config.rules"
REASON = "another tool does this"


@pytest.mark.parametrize(
    "changes",
    [
        {f"{RULES}": {}},
        {f"{RULES}.evaluate": "all"},
        {f"{RULES}.off": {"wafv2-logging-enabled": REASON}},
        {f"{RULES}.own": {"cost-center": {"identifier": "REQUIRED_TAGS"}}},
        {f"{RULES}.own": {"newest": {"identifier": "BRAND_NEW_RULE", "unlisted": True}}},
        {
            f"{RULES}.own": {
                "ports": {
                    "identifier": "RESTRICTED_INCOMING_TRAFFIC",
                    "parameters": {"blockedPort1": "25"},
                }
            }
        },
        {f"{RULES}.remediate": ["cmk-backing-key-rotation-enabled"]},
    ],
)
def test_it_is_accepted(found: Found, changes: dict[str, object]) -> None:
    assert found(changes) == []


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        (
            {f"{RULES}.off": {"restricted-shh": REASON}},
            f"{RULES}.off.restricted-shh: no rule has this name; did you mean 'restricted-ssh'?",
        ),
        (
            {f"{RULES}.off": {"access-keys-rotated": REASON}},
            f"{RULES}.off.access-keys-rotated: is a rule about root and IAM users; root_and_iam_rules chooses those",
        ),
        (
            {f"{RULES}.off": {"restricted-ssh": "no"}},
            f"{RULES}.off.restricted-ssh: 'no' is too short: at least 10 characters",
        ),
        (
            {f"{RULES}.own": {"tags": {"identifier": "REQUIRED_TAG"}}},
            f"{RULES}.own.tags.identifier: 'REQUIRED_TAG' is no managed rule that this version knows; did you mean 'REQUIRED_TAGS'? Where it is newer, set unlisted: true",
        ),
        (
            {f"{RULES}.own": {"tags": {"identifier": "required-tags"}}},
            f"{RULES}.own.tags.identifier: 'required-tags' is not the identifier of a managed rule, such as REQUIRED_TAGS",
        ),
        (
            {f"{RULES}.own": {"tags": {"identifier": "REQUIRED_TAGS", "unlisted": True}}},
            f"{RULES}.own.tags.unlisted: 'REQUIRED_TAGS' is known; remove unlisted",
        ),
        (
            {f"{RULES}.own": {"restricted-ssh": {"identifier": "REQUIRED_TAGS"}}},
            f"{RULES}.own.restricted-ssh: is a rule of the table; give yours another name",
        ),
        (
            {f"{RULES}.own": {"ssh": {"identifier": "INCOMING_SSH_DISABLED"}}},
            f"{RULES}.own.ssh.identifier: is restricted-ssh of the table with the same parameters; set evaluate: all to have it twice, or remove it",
        ),
        (
            {
                f"{RULES}.own": {
                    "tags": {"identifier": "REQUIRED_TAGS", "parameters": {"tag1Key": 1}}
                }
            },
            f"{RULES}.own.tags.parameters.tag1Key: ",
        ),
        (
            {f"{RULES}.remediate": ["ec2-imdsv2-check"]},
            f"{RULES}.remediate[0]: 'ec2-imdsv2-check' cannot be repaired safely; can be: ",
        ),
        (
            {f"{RULES}.remediate": ["close-everything"]},
            f"{RULES}.remediate[0]: 'close-everything' is no rule of the table; can be: ",
        ),
        (
            {
                f"{RULES}.remediate": ["cmk-backing-key-rotation-enabled"],
                f"{RULES}.off": {"cmk-backing-key-rotation-enabled": REASON},
            },
            f"{RULES}.remediate[0]: 'cmk-backing-key-rotation-enabled' stands in off too; remove one of them",
        ),
        (
            {
                f"{RULES}.remediate": ["cmk-backing-key-rotation-enabled"],
                "regions": ["eu-west-1", "ap-northeast-3"],
            },
            f"{RULES}.remediate[0]: AWS does not document 'cmk-backing-key-rotation-enabled' for ap-northeast-3; leave the Region out of regions, or the rule out of the list",
        ),
        (
            {
                f"{RULES}.remediate": ["cmk-backing-key-rotation-enabled"],
                "capabilities.config.enabled": False,
                "capabilities.security_hub": {"enabled": False},
                "capabilities.trusted_advisor": {"enabled": False},
            },
            f"{RULES}.remediate: AWS Config is off and evaluates nothing; set capabilities.config.enabled: true, or remove the rules",
        ),
    ],
)
def test_it_is_one_line(found: Found, changes: dict[str, object], finding: str) -> None:
    lines = found(changes)
    assert len(lines) == 1, lines
    assert lines[0].startswith(finding)
