"""Every Guard rule fails for what it is about, for nothing else, and is described."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from baseline.delivery.template_validation import one_source, rule_sources, template_rules
from baseline.delivery.template_validation.engine import Answer, evaluate

CASES = Path(__file__).parent / "rules"


@dataclass(frozen=True)
class Case:
    rule: str
    fails: bool
    number: int
    template: str

    def __str__(self) -> str:
        return f"{self.rule}-{'fails' if self.fails else 'passes'}-{self.number}"


def cases() -> Iterator[Case]:
    for path in sorted(CASES.glob("*.yaml")):
        for rule, rows in yaml.safe_load(path.read_text("utf-8")).items():
            for key in ("fails", "passes"):
                for number, row in enumerate(rows[key]):
                    template = row.get("template", {"Resources": {"Subject": row}})
                    yield Case(rule, key == "fails", number, json.dumps(template))


ALL = list(cases())


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    folder = tmp_path_factory.mktemp("templates")
    paths = []
    for number, case in enumerate(ALL):
        path = folder / f"{number}.json"
        path.write_text(case.template, encoding="utf-8")
        paths.append(path)
    found = evaluate(one_source(), paths)
    return {str(case): answer for case, answer in zip(ALL, found, strict=True)}


@pytest.mark.parametrize("case", ALL, ids=str)
def test_a_rule_fails_for_what_it_is_about_and_for_nothing_else(
    case: Case, answers: dict[str, Answer]
) -> None:
    answer = answers[str(case)]
    assert "error" not in answer
    places = [
        each.get("entity", {}).get("logicalId")
        for each in answer["findings"]
        if each["ruleId"] == case.rule
    ]
    if case.fails:
        assert places, "the rule does not notice it"
        assert all(str(place).startswith("Subject") for place in places)
    else:
        assert places == []


def test_every_rule_has_a_description_and_both_kinds_of_cases() -> None:
    written = {
        (topic, name)
        for topic, text in rule_sources().items()
        for name in re.findall(r"(?m)^rule ([A-Z][A-Z0-9_]*)", text)
    }
    described = {(rule.topic, name) for name, rule in template_rules().items()}
    assert written == described
    tried = {(case.rule, case.fails) for case in ALL}
    assert tried == {(name, fails) for _, name in written for fails in (True, False)}


def test_all_rules_are_in_one_text_and_no_name_of_a_file_means_another_files() -> None:
    """The cases above ask this text; those of the hook ask the files."""
    (text,) = one_source().values()
    for kind in ("rule", "let"):
        apart = [
            name
            for each in rule_sources().values()
            for name in re.findall(rf"(?m)^{kind} (\w+)", each)
        ]
        together = re.findall(rf"(?m)^{kind} (\w+)", text)
        assert len(apart) == len(together) == len(set(together))
    assert not re.findall(r"%(relevant|takers)\b", text)
    # A rule of trust.guard has a variable of its own that is called like one of secrets.guard.
    assert "%secrets_told" in text


def test_every_message_says_the_fix() -> None:
    for topic, text in rule_sources().items():
        messages: list[str] = re.findall(r"<<(.*?)>>", text, re.DOTALL)
        assert messages, topic
        for message in messages:
            assert "Fix: " in message, message


def test_what_a_template_leaves_to_the_deployment_is_no_finding() -> None:
    """References whose value nobody knows yet: the organization's hook sees them resolved."""
    unknown: dict[str, Any] = yaml.safe_load((CASES.parent / "unknown_values.json").read_text())
    path = CASES.parent / "unknown_values.json"
    assert len(unknown["Resources"]) > 20
    assert evaluate(one_source(), [path])[0].get("findings") == []
