"""Assumptions: defaults with units, changed by name, refused when they are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from baseline.cost.assumptions import defaults, from_file, from_pairs
from baseline.errors import BaselineError


def test_every_default_has_a_unit_and_says_what_it_counts() -> None:
    for row in defaults().rows.values():
        assert row.unit, row.name
        assert row.text, row.name
        assert row.value >= row.least, row.name


def test_a_value_is_changed_by_name_and_remembered() -> None:
    changed = defaults().given({"events_per_account": "2000000"})
    assert changed["events_per_account"] == 2_000_000
    assert changed.changed == {"events_per_account"}
    assert defaults()["events_per_account"] != 2_000_000


def test_what_somebody_gave_is_not_replaced_by_what_follows() -> None:
    assert defaults().given({"accounts": 7}).set("accounts", 3)["accounts"] == 7
    assert defaults().set("accounts", 3)["accounts"] == 3


def test_pairs_take_separators() -> None:
    assert from_pairs(["accounts=2_000", "vcpus = 1,5"]) == {"accounts": "2000", "vcpus": "15"}


@pytest.mark.parametrize("pair", ["accounts", "=3", "", " =3"])
def test_what_is_no_pair_says_how_one_looks(pair: str) -> None:
    with pytest.raises(BaselineError, match="write name=value, such as accounts=200"):
        from_pairs([pair])


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(BaselineError, match=r"'evnets' is no assumption; give one of accounts, "):
        defaults().given({"evnets": 1})


@pytest.mark.parametrize("value", ["-1", "many", "nan", "inf", "1e13", None, True, [1], ""])
def test_what_is_no_number_in_range_is_refused(value: object) -> None:
    with pytest.raises(BaselineError, match=r"accounts: .* is no number from 0 to 1e\+12"):
        defaults().given({"accounts": value})


def test_hours_and_spread_have_a_least_value() -> None:
    for name in ("hours", "spread"):
        with pytest.raises(BaselineError, match="no number from 1"):
            defaults().given({name: 0.5})


def test_a_file_gives_several(tmp_path: Path) -> None:
    file = tmp_path / "assumptions.yaml"
    file.write_text("accounts: 200\nvcpus: 1.5\n", encoding="utf-8")
    assert defaults().given(from_file(file))["vcpus"] == 1.5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- 1\n", "is no mapping of assumptions"),
        ("a: [\n", "cannot be read"),
        ("", "is no mapping"),
        ("x" * 100_001, "has more than 100,000 bytes"),
    ],
)
def test_a_broken_file_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "assumptions.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError, match=message) as caught:
        from_file(file)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="cannot be read"):
        from_file(tmp_path / "nothing.yaml")
