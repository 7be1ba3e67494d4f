"""Recipes and components cannot be changed: their versions follow from what they say."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline.images.component_list import machine_components
from baseline.images.documents import Component, component_document
from baseline.images.machine_recipe import MachinePlan
from baseline.images.platforms import PLATFORMS
from baseline.images.versions import NODE_BITS, content_version

if TYPE_CHECKING:
    from tests.unit.images.conftest import Images

# Semantic versioning in Image Builder: three numbers up to 2^30-1.
FORM = re.compile(r"(\d+)\.(\d+)\.(\d+)")


@given(parts=st.lists(st.text(), max_size=4))
def test_a_version_is_one_that_image_builder_takes(parts: list[str]) -> None:
    match = FORM.fullmatch(content_version(*parts))
    assert match
    assert all(int(number) < 1 << NODE_BITS for number in match.groups())


@given(one=st.lists(st.text(), max_size=4), other=st.lists(st.text(), max_size=4))
def test_two_contents_have_one_version_when_they_are_the_same(
    one: list[str], other: list[str]
) -> None:
    assert (content_version(*one) == content_version(*other)) is (one == other)


def test_it_never_changes_by_itself() -> None:
    assert content_version("a", "b") == content_version("a", "b")
    assert content_version("ab") != content_version("a", "b")
    assert content_version("golden") == "1.89472715.55611772"


def plan() -> MachinePlan:
    chosen = machine_components(
        PLATFORMS["al2023"], stig="medium", cloudwatch_agent=True, endpoint_agent=None
    )
    return MachinePlan(
        platform=PLATFORMS["al2023"],
        parent="ssm:/base",
        components=tuple(chosen),
        root_gib=20,
    )


def altered(component: Component) -> Component:
    if component.document is None:
        return component
    text = component.document.text + "\n"
    return replace(
        component, document=replace(component.document, text=text, version=content_version(text))
    )


def test_a_changed_document_is_a_new_component_and_a_new_recipe() -> None:
    document = component_document("harden-linux")
    assert content_version(document.text) == document.version
    before = plan()
    for number, component in enumerate(before.components):
        if component.document is None:
            continue
        parts = list(before.components)
        parts[number] = altered(component)
        after = replace(before, components=tuple(parts))
        assert after.version() != before.version(), component.name
    assert plan().version() == before.version()


@pytest.mark.parametrize(
    "change",
    [
        {"parent": "ssm:/other"},
        {"root_gib": 21},
        {"platform": PLATFORMS["ubuntu-24.04"]},
        {"components": plan().components[:-1]},
        {"components": plan().components[::-1]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_else_changes_is_a_new_recipe(change: dict[str, object]) -> None:
    assert replace(plan(), **change).version() != plan().version()  # type: ignore[arg-type]


def test_a_value_of_a_parameter_is_part_of_the_recipe() -> None:
    document = component_document("endpoint-agent-linux")
    one, other = (
        Component(name=document.name, document=document, parameters={"Sha256": value})
        for value in ("a", "b")
    )
    assert one.identity() != other.identity()


def test_resources_bear_the_versions_of_their_content(images: Images) -> None:
    for stack in images.stacks:
        for kind in ("AWS::ImageBuilder::Component", "AWS::ImageBuilder::Workflow"):
            for row in images.of(stack, kind):
                assert row["Version"] == content_version(row["Data"])
        for kind in ("AWS::ImageBuilder::ImageRecipe", "AWS::ImageBuilder::ContainerRecipe"):
            for row in images.of(stack, kind):
                assert FORM.fullmatch(row["Version"])


def test_nothing_of_ours_is_referred_to_by_a_wildcard(images: Images) -> None:
    for row in images.of("systems", "AWS::ImageBuilder::ImageRecipe"):
        for component in row["Components"]:
            arn = component["ComponentArn"]
            assert "Fn::GetAtt" in arn or ":aws:component/" in str(arn)
