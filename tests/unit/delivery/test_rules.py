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
UNKNOWN = CASES.parent / "unknown_values.json"
Shown = list[tuple[Case, Path, str]]
"""Cases, each with the template that shows it and its logical ID there; none where it is alone."""


def together(folder: Path) -> Shown:
    """Write cases of one resource into one template, for which the engine takes as long as for one.

    A rule of the kind ``resource`` looks at nothing else; all other cases stay alone. Beside each
    stands what it is without the entries of a list: an empty list may not hide what others do.
    """
    rows = alone(folder)
    resources: dict[str, Any] = {}
    for number, (case, _, _) in enumerate(rows):
        template = json.loads(case.template)
        single = list(template) == ["Resources"] and list(template["Resources"]) == ["Subject"]
        if single and template_rules()[case.rule].document == "resource":
            name = f"Subject{number:04}"
            resources[name] = template["Resources"]["Subject"]
            rows[number] = (case, folder / "together.json", name)
            for rest, properties in enumerate(emptied(resources[name].get("Properties", {}))):
                kind = resources[name]["Type"]
                resources[f"{name}Empty{rest}"] = {"Type": kind, "Properties": properties}
    (folder / "together.json").write_text(json.dumps({"Resources": resources}), encoding="utf-8")
    return rows


def emptied(value: Any) -> Iterator[Any]:
    """Give a value again and again, each time with another list of it empty."""
    if isinstance(value, list):
        yield []
        for place, item in enumerate(value):
            yield from ([*value[:place], each, *value[place + 1 :]] for each in emptied(item))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from ({**value, key: each} for each in emptied(item))


def alone(folder: Path) -> Shown:
    """Write a template for each case."""
    rows = [(case, folder / f"{number}.json", "") for number, case in enumerate(ALL)]
    for case, path, _ in rows:
        path.write_text(case.template, encoding="utf-8")
    return rows


def asked(rows: Shown) -> tuple[dict[str, list[str]], Answer]:
    """Give where each case's rule fails, and the answer about unknown values, by one start."""
    paths = list(dict.fromkeys(path for _, path, _ in rows))
    *found, unknown = evaluate(one_source(), [*paths, UNKNOWN])
    assert [answer for answer in found if "error" in answer] == []
    failed = [
        (path, each["ruleId"], str(each.get("entity", {}).get("logicalId")))
        for path, answer in zip(paths, found, strict=True)
        for each in answer["findings"]
    ]
    shared = [place for path, _, place in failed if path.name == "together.json"]
    assert all(place.startswith("Subject") for place in shared)
    places = {
        str(case): [
            place
            for where, rule, place in failed
            if (where, rule) == (path, case.rule) and own in ("", place)
        ]
        for case, path, own in rows
    }
    return places, unknown


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[str]], Answer]:
    return asked(together(tmp_path_factory.mktemp("templates")))


@pytest.mark.parametrize("case", ALL, ids=str)
def test_a_rule_fails_for_what_it_is_about_and_for_nothing_else(
    case: Case, answers: tuple[dict[str, list[str]], Answer]
) -> None:
    judge(case, answers[0][str(case)])


def judge(case: Case, places: list[str]) -> None:
    if case.fails:
        assert places, "the rule does not notice it"
        assert all(place.startswith("Subject") for place in places)
    else:
        assert places == []


@pytest.mark.nightly
def test_a_rule_says_the_same_of_a_resource_alone(tmp_path: Path) -> None:
    places, _ = asked(alone(tmp_path))
    for case in ALL:
        judge(case, places[str(case)])


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


def test_what_a_template_leaves_to_the_deployment_is_no_finding(
    answers: tuple[dict[str, list[str]], Answer],
) -> None:
    """References whose value nobody knows yet: the organization's hook sees them resolved."""
    assert len(json.loads(UNKNOWN.read_text(encoding="utf-8"))["Resources"]) > 20
    assert answers[1].get("findings") == []
