"""Permission sets and groups of a stack reach the API, and an update applies what changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from baseline.local import identity_center
from baseline.local.provisioners import coerce
from baseline.local.provisioners import identity_center as provisioners
from baseline.local.provisioners.resource import Resource

REGION = "eu-west-1"
READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}],
}


class Direct(Resource):
    """A resource whose calls go to moto in this process."""

    def call(self, service: str, method: str, **values: Any) -> Any:
        client = boto3.client(service, region_name=REGION)
        return getattr(client, method)(**coerce.arguments(client, method, values))


def resource(kind: str, **properties: Any) -> Direct:
    return Direct(
        type=kind,
        logical_id="It",
        stack="stack",
        properties=properties,
        account="123456789012",
        region=REGION,
    )


@pytest.fixture(autouse=True)
def center() -> Iterator[Any]:
    with mock_aws():
        identity_center.extend_moto()
        yield boto3.client("sso-admin", region_name=REGION)


def state(center: Any, instance: str, arn: str) -> dict[str, Any]:
    key = {"InstanceArn": instance, "PermissionSetArn": arn}
    described = center.describe_permission_set(**key)["PermissionSet"]
    managed = center.list_managed_policies_in_permission_set(**key)["AttachedManagedPolicies"]
    references = center.list_customer_managed_policy_references_in_permission_set(**key)
    return {
        "description": described["Description"],
        "session": described["SessionDuration"],
        "managed": [row["Arn"] for row in managed],
        "references": references["CustomerManagedPolicyReferences"],
        "inline": center.get_inline_policy_for_permission_set(**key)["InlinePolicy"],
    }


def test_a_permission_set_is_made_changed_and_deleted(center: Any) -> None:
    instance = center.list_instances()["Instances"][0]["InstanceArn"]
    common = {"InstanceArn": instance, "Name": "Mine"}
    first = resource(
        "AWS::SSO::PermissionSet",
        **common,
        Description="one",
        SessionDuration="PT1H",
        ManagedPolicies=[READ],
        CustomerManagedPolicyReferences=[{"Name": "a", "Path": "/"}],
        InlinePolicy=POLICY,
    )
    made = provisioners._create_set(first)
    arn = made.attributes["PermissionSetArn"]
    assert made.id == f"{instance}|{arn}"
    assert state(center, instance, arn) == {
        "description": "one",
        "session": "PT1H",
        "managed": [READ],
        "references": [{"Name": "a", "Path": "/"}],
        "inline": '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:ListQueues","Resource":"*"}]}',
    }
    second = resource(
        "AWS::SSO::PermissionSet",
        **common,
        Description="two",
        SessionDuration="PT2H",
        ManagedPolicies=[AUDIT],
    )
    assert provisioners._update_set(made.id, first, second) == made
    assert state(center, instance, arn) == {
        "description": "two",
        "session": "PT2H",
        "managed": [AUDIT],
        "references": [],
        "inline": "",
    }
    provisioners._delete_set(made.id, second)
    assert center.list_permission_sets(InstanceArn=instance)["PermissionSets"] == []


def test_a_group_is_made_and_deleted() -> None:
    group = resource(
        "AWS::IdentityStore::Group", IdentityStoreId="d-1234567890", DisplayName="Developers"
    )
    made = provisioners._create_group(group)
    store = boto3.client("identitystore", region_name=REGION)
    (found,) = store.list_groups(IdentityStoreId="d-1234567890")["Groups"]
    assert found["DisplayName"] == "Developers"
    assert made.id == f"{made.attributes['GroupId']}|d-1234567890"
    provisioners._delete_group(made.id, group)
    assert store.list_groups(IdentityStoreId="d-1234567890")["Groups"] == []
