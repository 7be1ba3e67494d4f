"""The view over the organization: governed Regions, and a role for AWS Config of this account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.detection.config_aggregator import READS, OrganizationAggregator
from baseline.errors import BaselineError

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]


def aggregator(stack: cdk.Stack, regions: list[str]) -> OrganizationAggregator:
    return OrganizationAggregator(
        stack, "Aggregator", name="secbase-organization", role_name="secbase-agg", regions=regions
    )


def test_it_covers_the_organization_in_the_governed_regions(
    stack: cdk.Stack, of_type: OfType
) -> None:
    aggregator(stack, ["eu-west-1", "eu-central-1"])
    (found,) = of_type(stack, "AWS::Config::ConfigurationAggregator")
    source = found["Properties"]["OrganizationAggregationSource"]
    assert source["AwsRegions"] == ["eu-central-1", "eu-west-1"]
    assert "AllAwsRegions" not in source
    assert "AccountAggregationSources" not in found["Properties"]
    (policy,) = of_type(stack, "AWS::IAM::ManagedPolicy")
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == sorted(READS)
    # Without the policy the creation fails.
    assert [each for each in found["DependsOn"] if "Policy" in each]


def test_aws_config_uses_the_role_for_this_account_only(stack: cdk.Stack, of_type: OfType) -> None:
    aggregator(stack, ["eu-west-1"])
    (role,) = of_type(stack, "AWS::IAM::Role")
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "config.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "333333333333"}}


def test_without_a_region_it_is_refused(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match="regions is empty"):
        aggregator(stack, [])
