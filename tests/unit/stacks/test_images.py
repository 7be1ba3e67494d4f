"""The stack that golden images add, who is let use them, and that nothing is there without them."""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.config import Configuration, Names
from baseline.config.images import Images
from baseline.guardrails.composition import compose as guardrails_of
from baseline.guardrails.evaluation import Organization
from baseline.guardrails.placement import levels_of
from baseline.guardrails.request import Request
from baseline.guardrails.service_values import service_values
from stacks.images import ImagesStack
from tests.composed import chosen_together, composed
from tests.contract.test_own_roles import requests
from tests.support import CONTEXT

SHARED_SERVICES = "999999999999"
IMAGES: dict[str, Any] = {
    "vpc": "vpc-0123456789abcdef0",
    "subnet": "subnet-0123456789abcdef0",
    "machines": {"al2023": {}},
}


def with_images(configuration: Configuration, **changes: object) -> Configuration:
    images = Images.model_validate({**IMAGES, **changes})
    return configuration.model_copy(update={"images": images})


@pytest.fixture(scope="module")
def example() -> Configuration:
    return chosen_together()


@pytest.fixture(scope="module")
def template(example: Configuration) -> dict[str, Any]:
    return composed(example).template("images")


def test_there_is_no_stack_by_default(configuration: Configuration) -> None:
    assert configuration.images is None
    assert "images" not in composed(configuration).stacks


def test_it_stands_in_shared_services_between_detection_and_guardrails(
    example: Configuration,
) -> None:
    stacks = composed(example).stacks
    stack, last = stacks["images"], stacks["guardrails"]
    assert stack.account == SHARED_SERVICES
    assert {"organization", "security"} <= {each.node.id for each in stack.dependencies}
    assert "images" in {each.node.id for each in last.dependencies}


def test_every_pipeline_of_the_example_is_built(template: dict[str, Any]) -> None:
    names = {
        row["Properties"]["Name"]
        for row in template["Resources"].values()
        if row["Type"] == "AWS::ImageBuilder::ImagePipeline"
    }
    assert names == {
        f"secbase-images-{name}" for name in ("al2023", "al2023-arm", "base", "ubuntu", "windows")
    }
    assert len(template["Resources"]) < 400
    assert len(json.dumps(template)) < 400_000


def test_repositories_do_not_bear_the_tag_that_only_deployers_get_past(
    template: dict[str, Any],
) -> None:
    tagged: dict[str, bool] = {}
    for row in template["Resources"].values():
        tags = row.get("Properties", {}).get("Tags")
        if isinstance(tags, list):
            tagged[row["Type"]] = {"Key": "SecurityBaseline", "Value": "protected"} in tags
    assert tagged["AWS::KMS::Key"] is True
    assert tagged["AWS::IAM::Role"] is True
    assert tagged["AWS::ECR::Repository"] is False


def test_images_go_to_units_where_they_are_named(configuration: Configuration) -> None:
    images = with_images(configuration, units=["ou-exam-11111111"]).images
    assert images is not None
    names = Names.of(configuration)
    stack = ImagesStack(
        cdk.App(context=CONTEXT, analytics_reporting=False),
        "images",
        configuration=configuration,
        names=names,
        images=images,
        env=cdk.Environment(account=SHARED_SERVICES, region="eu-west-1"),
    )
    found = Template.from_stack(stack).find_resources(
        "AWS::ImageBuilder::DistributionConfiguration"
    )
    (row,) = found.values()
    (place,) = row["Properties"]["Distributions"]
    assert place["AmiDistributionConfiguration"]["LaunchPermissionConfiguration"] == {
        "OrganizationalUnitArns": [
            "arn:aws:organizations::111111111111:ou/o-exampleorgid/ou-exam-11111111"
        ]
    }


def test_the_account_that_builds_is_an_allowed_provider(configuration: Configuration) -> None:
    assert service_values(configuration)["image_providers"] == ["amazon"]
    values = service_values(with_images(configuration))
    assert values["image_providers"] == ["amazon", SHARED_SERVICES]


def test_it_is_named_once(example: Configuration) -> None:
    named = (*example.capabilities.ec2_attributes.image_providers, SHARED_SERVICES)
    attributes = example.capabilities.ec2_attributes.model_copy(update={"image_providers": named})
    capabilities = example.capabilities.model_copy(update={"ec2_attributes": attributes})
    values = service_values(example.model_copy(update={"capabilities": capabilities}))
    assert values["image_providers"] == ["amazon", "099720109477", SHARED_SERVICES]


def test_no_guardrail_stops_what_builds_images(
    example: Configuration, template: dict[str, Any]
) -> None:
    levels = levels_of(guardrails_of(example))
    organization = Organization(
        id=example.organization.id,
        management_account=example.accounts.management.id,
        accounts={SHARED_SERVICES: levels["Infrastructure"]},
    )
    # What the function changes of an image, which no policy of its own can name.
    context = {"ec2:Attribute": "ImdsSupport"}
    asked = [
        Request(
            principal_arn=request.principal_arn,
            action=request.action,
            resource=request.resource,
            region=request.region,
            context={**request.context, **context},
        )
        for _, request in requests("images", template, SHARED_SERVICES)
    ]
    sharing = Request(
        principal_arn=f"arn:aws:iam::{SHARED_SERVICES}:role/secbase-image-build",
        action="ec2:ModifyImageAttribute",
        resource="arn:aws:ec2:eu-west-1::image/ami-0123456789abcdef0",
        region="eu-west-1",
        context={"ec2:Attribute": "launchPermission"},
    )
    assert len(asked) > 20
    decided = {
        request.action: organization.evaluate(request).allowed for request in [*asked, sharing]
    }
    assert [action for action, allowed in decided.items() if not allowed] == []
