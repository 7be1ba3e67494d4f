from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3_assets as assets
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.errors import BaselineError
from baseline.organization.member_template import render


def topic(scope: Construct, id: str, synthesizer: cdk.IStackSynthesizer) -> cdk.Stack:
    stack = cdk.Stack(scope, id, synthesizer=synthesizer)
    sns.Topic(stack, "Topic", topic_name=f"topic-{cdk.Aws.REGION}")
    return stack


def with_macro(scope: Construct, id: str, synthesizer: cdk.IStackSynthesizer) -> cdk.Stack:
    stack = topic(scope, id, synthesizer)
    stack.add_transform("AWS::LanguageExtensions")
    return stack


def empty(scope: Construct, id: str, synthesizer: cdk.IStackSynthesizer) -> cdk.Stack:
    return cdk.Stack(scope, id, synthesizer=synthesizer)


def test_a_template_has_tags_but_neither_bootstrap_pieces_nor_cdk_metadata() -> None:
    app = cdk.App(context={"aws:cdk:enable-path-metadata": True})
    template = render(app, {"member": topic})["member"]
    assert set(template) == {"Resources"}
    (resource,) = template["Resources"].values()  # type: ignore[attr-defined]
    assert resource == {
        "Type": "AWS::SNS::Topic",
        "Properties": {
            "Tags": [{"Key": "SecurityBaseline", "Value": "protected"}],
            "TopicName": {"Fn::Join": ["", ["topic-", {"Ref": "AWS::Region"}]]},
        },
    }


def test_rendering_twice_gives_the_same(stack: cdk.Stack) -> None:
    assert render(stack, {"member": topic}) == render(stack, {"member": topic})


def test_the_feature_flags_of_the_app_hold(stack: cdk.Stack) -> None:
    seen: list[object] = []

    def look(scope: Construct, id: str, synthesizer: cdk.IStackSynthesizer) -> cdk.Stack:
        seen.append(scope.node.try_get_context("@aws-cdk/aws-iam:minimizePolicies"))
        return topic(scope, id, synthesizer)

    render(stack, {"member": look})
    assert seen == [True]


def test_a_macro_is_refused(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match="member template member has a macro"):
        render(stack, {"member": with_macro})


def test_a_template_without_resources_is_refused(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match="has no resources"):
        render(stack, {"member": empty})


def test_an_asset_is_refused(stack: cdk.Stack, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("content", encoding="utf-8")

    def with_asset(scope: Construct, id: str, synthesizer: cdk.IStackSynthesizer) -> cdk.Stack:
        member = topic(scope, id, synthesizer)
        assets.Asset(member, "Asset", path=str(tmp_path / "file"))
        return member

    with pytest.raises(RuntimeError, match="Cannot add assets"):
        render(stack, {"member": with_asset})
