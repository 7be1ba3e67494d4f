"""A property reaches the API, fails the deployment, or stands in the list; nothing is dropped."""

from typing import Any

import boto3
import pytest

from baseline.errors import BaselineError
from baseline.local import coverage, schemas
from baseline.local.provisioners import coerce, registry, stock
from baseline.local.provisioners.registry import Physical
from baseline.local.provisioners.resource import Resource

TYPE = "AWS::Detective::Graph"


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> list[Resource]:
    made: list[Resource] = []
    monkeypatch.setattr(registry, "_PROVISIONERS", {})
    monkeypatch.setattr(coverage, "_support", {})

    def create(resource: Resource) -> Physical:
        made.append(resource)
        return Physical(id="id")

    registry.register(
        TYPE,
        create=create,
        delete=lambda physical_id, resource: None,  # noqa: ARG005
        applies=("AutoEnableMembers",),
    )
    return made


def test_an_unapplied_property_fails_with_the_way_out() -> None:
    with pytest.raises(BaselineError, match="does not apply Tags; extend"):
        registry.check_applied(TYPE, {"Tags": [{"Key": "a", "Value": "b"}]})


def test_an_applied_property_passes_and_is_still_checked() -> None:
    registry.check_applied(TYPE, {"AutoEnableMembers": True})
    with pytest.raises(BaselineError, match="AutoEnableMembers"):
        registry.check_applied(TYPE, {"AutoEnableMembers": 3})


def test_a_provisioner_cannot_claim_a_property_that_the_type_lacks() -> None:
    with pytest.raises(BaselineError, match="has no property AutoEnable"):
        registry.register(
            TYPE,
            create=lambda resource: Physical(id=resource.logical_id),
            delete=lambda physical_id, resource: None,  # noqa: ARG005
            applies=("AutoEnable",),
        )


def test_declared_only_properties_are_reported_with_the_resource() -> None:
    registry.register(
        "AWS::SecurityHub::Hub",
        create=lambda resource: Physical(id=resource.logical_id),
        delete=lambda physical_id, resource: None,  # noqa: ARG005
        applies=("Tags",),
        declared=("AutoEnableControls",),
        reason="no API",
    )
    provisioner = registry._PROVISIONERS["AWS::SecurityHub::Hub"]
    assert provisioner.declared_only({"AutoEnableControls": True}) == ("AutoEnableControls",)
    assert provisioner.declared_only({"Tags": {}}) == ()
    assert "| `AWS::SecurityHub::Hub` | own | `AutoEnableControls`" in coverage.coverage_markdown()


def client(service: str) -> Any:
    return boto3.client(service, region_name="eu-west-1")


def test_texts_become_what_the_api_takes() -> None:
    shaped = coerce.arguments(
        client("guardduty"),
        "create_detector",
        {"Enable": "true", "Features": [{"Name": "S3_DATA_EVENTS", "Status": "ENABLED"}]},
    )
    assert shaped["Enable"] is True
    channel = {"name": "default", "S3BucketName": "b", "S3KmsKeyArn": "k"}
    shaped = coerce.arguments(
        client("config"), "put_delivery_channel", {"DeliveryChannel": channel}
    )
    assert shaped["DeliveryChannel"] == {"name": "default", "s3BucketName": "b", "s3KmsKeyArn": "k"}


def test_documents_become_text() -> None:
    shaped = coerce.arguments(
        client("organizations"), "update_policy", {"PolicyId": "p", "Content": {"Version": "1"}}
    )
    assert shaped["Content"] == '{"Version": "1"}'


def test_an_operation_without_input_takes_no_arguments() -> None:
    assert coerce.arguments(client("organizations"), "describe_resource_policy", {}) == {}


def test_a_member_that_the_api_lacks_is_an_error_with_its_path() -> None:
    with pytest.raises(BaselineError, match=r"CreateDetector\.Features: Nam is no member"):
        coerce.arguments(
            client("guardduty"),
            "create_detector",
            {"Enable": True, "Features": [{"Nam": "S3_DATA_EVENTS"}]},
        )


_READ = ("DisplayName",)


def _reads_by_table(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, Any]:
    return logical_id, {name: properties.get(name) for name in _READ} | {"stack": stack}


def test_what_a_stock_provisioner_never_mentions_is_found() -> None:
    def create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, Any]:
        return properties.get("TopicName", logical_id), {"stack": stack}

    unread = stock.unread("AWS::SNS::Topic", {"create": create})
    assert "KmsMasterKeyId" in unread
    assert "TopicName" not in unread
    assert unread <= schemas.properties_of("AWS::SNS::Topic")


def test_names_in_the_tables_of_a_stock_provisioner_count_as_read() -> None:
    def create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, Any]:
        return _reads_by_table(logical_id, properties, stack)

    def table(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, Any]:
        return logical_id, {name: properties[name] for name in _READ} | {"stack": stack}

    assert "DisplayName" not in stock.unread("AWS::SNS::Topic", {"create": table})
    assert "DisplayName" not in stock.unread("AWS::SNS::Topic", {"create": create})
