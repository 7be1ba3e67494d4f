"""Each rule still says the same of the document that CloudFormation shows a hook."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from baseline.delivery.guard_hook_bundles import HookBundle, hook_bundles
from baseline.delivery.template_validation import template_rules
from baseline.delivery.template_validation.engine import Answer, evaluate
from tests.unit.delivery.test_rules import ALL, CASES, Case

CONTEXT = {
    "AWSAccountID": "555555555555",
    "StackId": "arn:aws:cloudformation:eu-west-1:555555555555:stack/payments/0a1b2c3d",
    "HookTypeName": "secbase::Resource::Hook",
    "HookTypeVersion": "00000001",
    "InvocationPoint": "CREATE_PRE_PROVISION",
    "ChangeSetId": "",
}
"""Source: CloudFormation Hooks User Guide, "Write Guard rules to evaluate resources for Guard Hooks"."""

RESOURCE, TEMPLATE = hook_bundles()
FUNCTIONS = re.compile(r'"(Ref|Condition|Fn::\w+)":')


def resolved(value: Any) -> Any:
    """Give what CloudFormation makes of functions before a hook sees a resource."""
    if isinstance(value, list):
        return [resolved(each) for each in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Fn::Sub"}:
        text = value["Fn::Sub"] if isinstance(value["Fn::Sub"], str) else value["Fn::Sub"][0]
        return re.sub(r"\$\{.*?\}", "aws", text)
    if set(value) == {"Fn::Join"}:
        separator, parts = value["Fn::Join"]
        return separator.join(str(resolved(part)) for part in parts)
    if len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::")):
        return "aws"
    return {key: resolved(each) for key, each in value.items()}


def shown(case: Case, bundle: HookBundle) -> list[dict[str, Any]]:
    """Give the documents that a hook is shown while a case's template is deployed."""
    template = json.loads(case.template)
    if bundle is TEMPLATE:
        context = {**CONTEXT, "TargetType": "STACK", "TargetName": "payments"}
        return [{"HookContext": context, **template, "Previous": {}}]
    return [
        {
            "HookContext": {
                **CONTEXT,
                "TargetType": "RESOURCE",
                "TargetName": resource["Type"],
                "TargetLogicalId": name,
            },
            "Resources": {
                name: {
                    "Type": resource["Type"],
                    "Properties": resolved(resource.get("Properties", {})),
                }
            },
            "Previous": {},
        }
        for name, resource in template.get("Resources", {}).items()
    ]


def bundle_of(case: Case) -> HookBundle:
    return TEMPLATE if template_rules()[case.rule].document == "template" else RESOURCE


# What a case of the resources' rules leaves to a parameter has another value in each deployment.
EVERY = [
    case
    for case in ALL
    if case.fails or bundle_of(case) is TEMPLATE or not FUNCTIONS.search(case.template)
]
SHOWN = list({(case.rule, case.fails): case for case in reversed(EVERY)}.values())
"""One that fails and one that passes of each rule; all are shown every night."""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Answer]]:
    return answered(tmp_path_factory.mktemp("documents"), SHOWN)


def answered(folder: Path, cases: list[Case]) -> dict[str, list[Answer]]:
    """Give what the engine says of the documents of each case."""
    found: dict[str, list[Answer]] = {str(case): [] for case in cases}
    for bundle in hook_bundles():
        asked: list[str] = []
        paths: list[Path] = []
        for case in cases:
            for document in shown(case, bundle) if bundle_of(case) is bundle else ():
                path = folder / f"{bundle.document}-{len(paths)}.json"
                path.write_text(json.dumps(document), encoding="utf-8")
                asked.append(str(case))
                paths.append(path)
        for case_id, answer in zip(asked, evaluate(bundle.sources, paths), strict=True):
            found[case_id].append(answer)
    return found


@pytest.mark.parametrize("case", SHOWN, ids=str)
def test_a_rule_says_the_same_of_what_a_hook_is_shown(
    case: Case, answers: dict[str, list[Answer]]
) -> None:
    assert all("error" not in answer for answer in answers[str(case)])
    found = {each["ruleId"] for answer in answers[str(case)] for each in answer["findings"]}
    assert (case.rule in found) == case.fails


@pytest.mark.nightly
def test_a_rule_says_the_same_of_every_document(tmp_path: Path) -> None:
    answers = answered(tmp_path, EVERY)
    for case in EVERY:
        test_a_rule_says_the_same_of_what_a_hook_is_shown(case, answers)


def test_every_rule_is_in_one_of_the_two_and_is_tried_both_ways() -> None:
    names = [
        name
        for bundle in hook_bundles()
        for text in bundle.sources.values()
        for name in re.findall(r"(?m)^rule ([A-Z][A-Z0-9_]*)", text)
    ]
    assert sorted(names) == sorted(template_rules())
    assert {(case.rule, case.fails) for case in SHOWN} == {
        (name, fails) for name in template_rules() for fails in (True, False)
    }


def test_a_rule_that_looks_at_two_resources_would_be_wrong_about_one(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Why such rules are asked of the template: the log is another resource."""
    template = {
        "Resources": {
            "Network": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
            "Log": {"Type": "AWS::EC2::FlowLog", "Properties": {}},
        }
    }
    case = Case("NETWORK_WITHOUT_FLOW_LOG", fails=False, number=0, template=json.dumps(template))
    folder = tmp_path_factory.mktemp("two")
    paths = [folder / "one.json", folder / "whole.json"]
    for path, bundle in zip(paths, (RESOURCE, TEMPLATE), strict=True):
        path.write_text(json.dumps(shown(case, bundle)[0]), encoding="utf-8")
    one, whole = evaluate(TEMPLATE.sources, paths)
    assert [each["ruleId"] for each in one["findings"]] == [case.rule]
    assert whole["findings"] == []


def test_an_archive_holds_the_rules_and_is_named_by_its_content() -> None:
    for bundle in hook_bundles():
        with zipfile.ZipFile(io.BytesIO(bundle.archive)) as archive:
            files = {name: archive.read(name).decode() for name in archive.namelist()}
        assert files == {f"{topic}.guard": text for topic, text in bundle.sources.items()}
        assert re.fullmatch(rf"{bundle.document}-[0-9a-f]{{16}}\.zip", bundle.file)
    assert RESOURCE.file != TEMPLATE.file


def test_the_same_rules_are_the_same_object() -> None:
    hook_bundles.cache_clear()
    assert [each.file for each in hook_bundles()] == [RESOURCE.file, TEMPLATE.file]
    changed = HookBundle(document="resource", sources={}, archive=RESOURCE.archive + b"x")
    assert changed.file != RESOURCE.file


def test_the_cases_are_those_of_the_rules() -> None:
    assert CASES.is_dir()
    assert len(EVERY) > 2 * len(template_rules())
