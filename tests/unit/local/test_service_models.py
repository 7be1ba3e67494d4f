"""moto reads the description of a service once, and no client changes what it reads."""

from __future__ import annotations

from typing import Any

import botocore.loaders
import pytest
from botocore.stub import Stubber

from baseline.local import emulators, internal, service_models


@pytest.fixture
def utils(monkeypatch: pytest.MonkeyPatch) -> Any:
    found = emulators.module("moto.core.utils")
    monkeypatch.setattr(found, "create_loader", botocore.loaders.create_loader)
    return found


def test_moto_reads_a_description_once(utils: Any) -> None:
    apart = utils._load_service_model("budgets", "service-2")
    service_models.share()
    first = utils._load_service_model("budgets", "service-2")

    assert utils._load_service_model("budgets", "service-2") is first
    assert first is not apart
    assert first == apart


def test_our_clients_read_a_description_once() -> None:
    loaders = [internal._session().get_component("data_loader") for _ in range(2)]
    first, second = (each.load_service_model("budgets", "service-2") for each in loaders)
    assert first is second


def test_a_client_of_s3_takes_no_bucket_from_the_paths_that_moto_knows(utils: Any) -> None:
    """Else the embedded AWS does not know what is asked, and no guardrail denies it."""
    service_models.share()
    client = internal._session().create_client(
        "s3", region_name="eu-west-1", aws_access_key_id="AKID", aws_secret_access_key="local"
    )
    with Stubber(client) as stub:
        stub.add_response("delete_bucket_policy", {})
        client.delete_bucket_policy(Bucket="logs")

    def path(description: Any) -> str:
        return str(description["operations"]["DeleteBucketPolicy"]["http"]["requestUri"])

    changed = service_models.loader().load_service_model("s3", "service-2")
    assert path(changed) == "?policy"
    assert path(utils._load_service_model("s3", "service-2")) == "/{Bucket}?policy"
