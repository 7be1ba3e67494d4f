"""The limits are those of AWS, and each says where it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from baseline.config import quotas


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SCP_SIZE", 10_240),
        ("SCP_PER_TARGET", 10),
        ("RCP_SIZE", 5_120),
        ("RCP_PER_TARGET", 5),
        ("UNIT_DEPTH", 5),
        ("TEMPLATE_INLINE_BYTES", 51_200),
        ("CUSTOM_RESOURCE_RESPONSE_BYTES", 4_096),
    ],
)
def test_a_limit_is_that_of_aws(name: str, value: int) -> None:
    assert getattr(quotas, name) == value


def test_every_block_of_limits_names_its_source() -> None:
    blocks = Path(quotas.__file__).read_text(encoding="utf-8").split("\n\n")
    for block in blocks:
        if ": Final = " in block:
            assert block.lstrip().startswith("#"), block
