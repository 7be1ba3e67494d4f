from __future__ import annotations

import json
import re
from typing import Any

import pytest

from baseline.detection import messages
from tests.unit.detection import sample_events
from tests.unit.detection.matching import value_at

TEMPLATE_SIZE = 8_192

CASES = [
    (messages.security_hub("high"), sample_events.security_hub()),
    (messages.guardduty("high"), sample_events.guardduty(7.5)),
    (messages.activity(), sample_events.api_call("cloudtrail", "StopLogging")),
]
IDS = ["security-hub", "guardduty", "activity"]


def rendered(message: Any, event: dict[str, Any]) -> str:
    lines = [json.loads(line) for line in message.input_template.split("\n")]
    text = "\n".join(lines)
    return re.sub(
        r"<(\w+)>", lambda m: str(value_at(message.input_paths_map[m.group(1)], event)), text
    )


@pytest.mark.parametrize(("message", "event"), CASES, ids=IDS)
def test_every_place_of_a_message_is_filled_from_the_event(
    message: Any, event: dict[str, Any]
) -> None:
    places = set(re.findall(r"<(\w+)>", message.input_template))
    assert places == set(message.input_paths_map)
    assert "<" not in rendered(message, event)
    assert len(message.input_template) <= TEMPLATE_SIZE


@pytest.mark.parametrize(("message", "event"), CASES, ids=IDS)
def test_a_message_says_where_and_what_to_do(message: Any, event: dict[str, Any]) -> None:
    text = rendered(message, event)
    assert "Account 555555555555, Region eu-" in text
    assert "What to do: " in text
    assert "https://eu-" in text


def test_a_finding_in_security_hub_names_severity_resource_and_remediation() -> None:
    text = rendered(*CASES[0])
    assert text.startswith("HIGH finding: S3 general purpose buckets should block public access")
    assert "Resource: arn:aws:s3:::shop" in text
    assert "What to do: https://docs.aws.amazon.com/console/securityhub/S3.8/remediation" in text


def test_a_guardduty_finding_names_type_and_severity() -> None:
    text = rendered(*CASES[1])
    assert "severity 7.5, type UnauthorizedAccess:EC2/MaliciousIPCaller.Custom" in text


def test_a_refused_call_is_told_as_refused() -> None:
    assert "Result: AccessDenied" in rendered(*CASES[2])
