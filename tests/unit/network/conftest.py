"""A template of a hardened VPC, synthesized with the settings that a test asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from baseline.network.hardened_vpc import HardenedVpc

ORGANIZATION = "o-exampleorgid"
Build = Callable[..., HardenedVpc]
Resources = dict[str, Any]


@pytest.fixture
def build(stack: cdk.Stack) -> Build:
    def run(**settings: Any) -> HardenedVpc:
        bucket = s3.Bucket.from_bucket_name(stack, "FlowLogBucket", "example-flow-logs")
        values = {"cidr": "10.0.0.0/20", "organization_id": ORGANIZATION} | settings
        return HardenedVpc(stack, "Vpc", flow_log_bucket=bucket, **values)

    return run


@pytest.fixture
def resources(stack: cdk.Stack, build: Build) -> Callable[..., Resources]:
    """Build a VPC and give the resources of its template."""

    def run(**settings: Any) -> Resources:
        build(**settings)
        found: Resources = cdk.assertions.Template.from_stack(stack).to_json()["Resources"]
        return found

    return run
