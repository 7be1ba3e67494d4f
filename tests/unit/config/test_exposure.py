"""What is public on purpose: names that a reviewer reads, and a tag that ends."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from baseline.config.exposure import Exposure


def test_nothing_is_public_on_purpose_by_default() -> None:
    assert Exposure().environment() == {
        "PUBLIC_ON_PURPOSE": "[]",
        "PUBLIC_TAG": "PublicUntil",
        "PUBLIC_TAG_DAYS": "7",
    }


def test_the_function_is_told_the_names_once() -> None:
    told = Exposure(public=("www.example.com", "snap-0a1b", "snap-0a1b"), exemption_days=0)
    assert json.loads(told.environment()["PUBLIC_ON_PURPOSE"]) == ["snap-0a1b", "www.example.com"]
    assert told.environment()["PUBLIC_TAG_DAYS"] == "0"


@pytest.mark.parametrize(
    "wrong",
    [
        {"public": ["*"]},
        {"public": ["arn:aws:s3:::shop"]},
        {"public": ["name"] * 31},
        {"exemption_days": 91},
        {"exemption_days": -1},
        {"exemption_tag": ""},
        {"everything": True},
    ],
)
def test_what_is_not_a_name_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Exposure.model_validate(wrong)
