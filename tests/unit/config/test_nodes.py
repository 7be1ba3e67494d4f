"""The quick parser gives what the exact one gives, or leaves the text to it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yaml import YAMLError

from baseline.config import nodes
from baseline.config.document import MAXIMUM_DEPTH, UnreadableError, read
from baseline.config.finding import Place

ROOT = Path(__file__).parents[3]
EXAMPLES = [ROOT / "baseline.yaml", *sorted((ROOT / "examples" / "configurations").glob("*.yaml"))]
EXAMPLE = EXAMPLES[0].read_text(encoding="utf-8")
PIECES = (
    *"ab:-[]{}&*!|>'\"%@`#,?~<=019.é\n",
    *("\n  ", "  ", "b: ", "- ", ", ", " #c", "'x'", '"y"', '"q":1', "null", "yes", "<<", "1.5"),
    *("0x1", "12:30", "2026-01-01", "---", "...", "!t ", "&x ", "*x", "? ", "a:b", "key: v"),
)
SHORT_OF_SECONDS = 10

thorough = settings(max_examples=400, derandomize=True, deadline=None, database=None)


def plain(node: nodes.Node | None) -> object:
    match node:
        case nodes.Scalar():
            return (node.tag, node.value, node.place)
        case nodes.Sequence():
            return (node.tag, node.place, [plain(item) for item in node.items])
        case nodes.Mapping():
            return (node.tag, node.place, [(plain(key), plain(item)) for key, item in node.pairs])
        case _:
            return None


def agree(text: str) -> bool:
    """Compare both parsers where the quick one takes the text; tell whether it did."""
    try:
        quick = nodes.quickly(text)
    except (nodes._UnusualError, YAMLError, ValueError):
        return False
    assert plain(quick) == plain(nodes.exactly(text)), text
    return True


@thorough
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=16))
def test_both_parsers_agree_on_anything(pieces: list[str]) -> None:
    agree("".join(pieces))


@thorough
@given(
    start=st.integers(0, len(EXAMPLE)),
    length=st.integers(0, 12),
    new=st.lists(st.sampled_from(PIECES), max_size=3),
)
def test_both_parsers_agree_on_a_damaged_example(start: int, length: int, new: list[str]) -> None:
    line = EXAMPLE.rfind("\n", 0, max(start - 400, 0)) + 1
    agree(EXAMPLE[line:start] + "".join(new) + EXAMPLE[start + length : start + 400])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_are_read_quickly(path: Path) -> None:
    assert agree(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[yes, No, ON, off, y, n]", ["yes", "No", "ON", "off", "y", "n"]),
        ("[true, True, FALSE]", [True, True, False]),
        ("[~, null, Null]", [None, None, None]),
        ("[0, -1, 365]", [0, -1, 365]),
        ("[12:30, 1:2:3, 190:20:30]", ["12:30", "1:2:3", "190:20:30"]),
        ("[2026-01-01, 10.0.0.0/20, +4930x]", ["2026-01-01", "10.0.0.0/20", "+4930x"]),
        ("[http://a.example/b?c=d, cron(0 3 ? * * *)]", None),
        ("{a: 'it''s', b: \"x\\ty\"}", None),
        ("a: b # c\n# d\ne:\n- f\n- {g: [h, i]}\n", {"a": "b", "e": ["f", {"g": ["h", "i"]}]}),
    ],
)
def test_values_are_those_of_yaml_1_2(text: str, value: object) -> None:
    assert plain(nodes.compose(text)) == plain(nodes.exactly(text))
    if value is not None:
        assert read(text).value == value


@pytest.mark.parametrize(
    "text",
    [
        "a: 0o17\n",
        "a: 0123\n",
        "a: 1_000\n",
        "a: 1.5\n",
        "a: =\n",
        "a: &x b\n",
        "a: !secret b\n",
        "a: |\n  b\n",
        "a: b\n c\n",
        "a:\n",
        "a:\tb\n",
        "a: b\x85c: d\n",
        "%YAML 1.1\n---\na: yes\n",
        '["a":1]\n',
        "a: 1\n---\nb: 2\n",
    ],
)
def test_what_the_dialects_may_read_differently_is_left_to_the_exact_parser(text: str) -> None:
    with pytest.raises(nodes._UnusualError):
        nodes.quickly(text)


def test_a_wrong_text_has_the_exact_parsers_message() -> None:
    with pytest.raises(UnreadableError, match=r"expected ',' or ']', but got '<stream end>'"):
        read("a: [1")


@pytest.mark.parametrize("text", ["[" * 300_000, "- " * 300_000, "{a: " * 200_000])
def test_deep_nesting_is_refused_in_time(text: str) -> None:
    started = time.monotonic()
    with pytest.raises(UnreadableError, match="is nested too deeply to be a configuration"):
        read(text)
    assert time.monotonic() - started < SHORT_OF_SECONDS


def test_what_is_nested_less_deeply_is_named_with_its_place() -> None:
    document = read("a: " + "[" * nodes.DEEPEST + "]" * nodes.DEEPEST)
    (finding,) = document.findings
    assert finding.message == "is nested too deeply"
    assert document.place(finding.path) == Place(1, MAXIMUM_DEPTH + 4)


def test_without_libyaml_everything_is_read_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "CParser", None)
    assert read("a: [1, b]\n").value == {"a": [1, "b"]}


def test_the_exact_parser_is_not_loaded_for_a_plain_file() -> None:
    program = (
        "import sys\n"
        "from baseline.config.document import read\n"
        "read(open('baseline.yaml', encoding='utf-8').read())\n"
        "print('ruamel.yaml' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout == "False\n"
