"""What the demonstration reads back of a setting that its own example does not keep."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from moto import mock_aws

from baseline.local import kept_settings


@pytest.mark.parametrize("kind", ["BASIC", "ENHANCED"])
def test_the_scans_of_a_registry_are_read_back(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")

    def client(service: str, region: str) -> Any:
        return boto3.client(service, region_name=region)

    with mock_aws():
        ecr = client("ecr", "eu-central-1")
        ecr.put_registry_scanning_configuration(scanType=kind, rules=[])
        read = kept_settings._IN_EACH_REGION["image_scanning"]
        (check,) = read(client, {}, "eu-central-1")
    assert (check.expected, check.found) == ("ENHANCED", kind)
