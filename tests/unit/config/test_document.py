"""The oddities of YAML are met with a sentence instead of a surprise."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from baseline.config.document import UnreadableError, read
from baseline.config.finding import Finding, Place


def only(text: str) -> Finding:
    (finding,) = read(text).findings
    return finding


def test_places_count_from_one() -> None:
    document = read("a:\n  - b\n  - c: {d: 1}\n")
    assert document.value == {"a": ["b", {"c": {"d": 1}}]}
    assert document.place(("a", 1, "c", "d")) == Place(3, 9)
    assert document.place(("a", 1, "c", "missing")) == Place(3, 5)
    assert document.place(("missing",)) == Place(1, 1)


@pytest.fixture(autouse=True)
def recursion_limit() -> Iterator[None]:
    """Python's own limit: ministack, which other tests import, raises it for its process."""
    raised = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(raised)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", "is not valid YAML: expected ',' or ']', but got '<stream end>'"),
        ("a: b: c\n", "is not valid YAML: mapping values are not allowed here"),
        ("a:\n\t- b\n", "is not valid YAML: a tab; indent with spaces"),
        ("a: 1\n---\nb: 2\n", "holds a second YAML document; keep one and remove"),
        ("a: *nobody\n", "is not valid YAML: found undefined alias"),
        ('a: "open\n', "is not valid YAML"),
        ("a: \x07\n", "holds the control character U+0007; remove it"),
        ("- " * 3000, "is nested too deeply to be a configuration"),
    ],
)
def test_text_that_is_not_yaml(text: str, message: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(text)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_control_character_has_a_place() -> None:
    with pytest.raises(UnreadableError) as caught:
        read("a: 1\nbc: \x00\n")
    assert caught.value.place == Place(2, 5)


def test_a_key_that_stands_twice_is_reported_at_the_second_place() -> None:
    finding = only("a: 1\nb: 2\na: 3\n")
    assert finding == Finding(
        ("a",), "stands here a second time (first in line 1); keep one", Place(3, 1)
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x {b: c}\nd: *x\n", "is an alias (*name); write the value out"),
        ("a: &x [*x]\n", "is an alias (*name); write the value out"),
        ("a: {b: 1}\nd:\n  <<: {c: 2}\n", "merges another mapping; write its keys out here"),
        ("1: a\n", "is a key that YAML does not take for text; write it in quotes"),
        ("true: a\n", "is a key that YAML does not take for text; write it in quotes"),
        ("? [a, b]\n: c\n", "cannot be a key; a key is text"),
        ('"a\\u0000b": c\n', "is a key with an invisible character; remove the character"),
        ('a: "b\\u200bc"\n', "'b\\u200bc' holds an invisible character; remove it"),
        ("a: !secret b\n", "'b' is not text to YAML (!secret); write it in quotes"),
        (
            "a: !!python/object:os.system {}\n",
            "carries the YAML tag tag:yaml.org,2002:python/object",
        ),
        ("a: !!bool maybe\n", "'maybe' is neither true nor false; write true or false"),
        ("%YAML 1.1\n---\na: yes\n", "'yes' is neither true nor false; write true or false"),
        ("a: 0123\n", "'0123' is a number that starts with zero, and YAML drops the zero"),
        ("a: 0o17\n", "'0o17' is a number to YAML, and no whole one in plain digits"),
        ("a: 0x1F\n", "'0x1F' is a number to YAML, and no whole one in plain digits"),
        ("a: 1.5\n", "'1.5' is a number to YAML, and no whole one in plain digits"),
        ("a: .nan\n", "'.nan' is a number to YAML, and no whole one in plain digits"),
        ("a: 1e999\n", "'1e999' is a number to YAML, and no whole one in plain digits"),
        (f"a: {'9' * 5000}\n", "'99999"),
    ],
)
def test_an_oddity_is_one_short_sentence(text: str, message: str) -> None:
    finding = only(text)
    assert finding.message.startswith(message)
    assert len(finding.message) < 250
    assert finding.message.isprintable()


def test_yes_no_and_on_are_text_as_in_yaml_1_2() -> None:
    assert read("a: [yes, no, on, off]\n").value == {"a": ["yes", "no", "on", "off"]}


def test_aliases_do_not_multiply() -> None:
    lines = ["a0: &a0 [x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert len(read("\n".join(lines)).findings) == 99


def test_nothing_in_a_file_makes_an_object() -> None:
    document = read("a: !!timestamp 2026-01-01\nb: 2026-01-01\n")
    assert document.value == {"a": "2026-01-01", "b": "2026-01-01"}
