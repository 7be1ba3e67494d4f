"""Software inventory: gathered on every managed instance, brought to the log archive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.config import Names
from baseline.detection.inventory import Inventory

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]


@pytest.fixture
def inventory(stack: cdk.Stack, names: Names) -> cdk.Stack:
    Inventory(stack, "Inventory", names=names)
    return stack


def test_every_instance_is_asked_twice_a_day(inventory: cdk.Stack, of_type: OfType) -> None:
    (association,) = of_type(inventory, "AWS::SSM::Association")
    assert association["Properties"] == {
        "AssociationName": "secbase-inventory",
        "Name": "AWS-GatherSoftwareInventory",
        "ScheduleExpression": "rate(12 hours)",
        # No parameters: no files and no registry keys are gathered.
        "Targets": [{"Key": "InstanceIds", "Values": ["*"]}],
    }


def test_the_inventory_goes_to_the_log_archive(inventory: cdk.Stack, of_type: OfType) -> None:
    (sync,) = of_type(inventory, "AWS::SSM::ResourceDataSync")
    assert sync["Properties"] == {
        "SyncName": "secbase-inventory",
        "SyncType": "SyncToDestination",
        "S3Destination": {
            "BucketName": "secbase-inventory-222222222222-eu-west-1",
            "BucketPrefix": "inventory",
            "BucketRegion": "eu-west-1",
            "SyncFormat": "JsonSerDe",
        },
    }
