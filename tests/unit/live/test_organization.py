"""A live organization is read whole, in order, and what is denied stays unknown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError
from moto import mock_aws

from baseline.live.organization import LiveOrganization, read_organization
from baseline.live.reader import LiveError
from baseline.live.reads import ACTIONS
from tests.unit.live.sessions import counting, refuse, refusing

MANAGEMENT = "123456789012"
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
)


@pytest.fixture
def client() -> Iterator[Any]:
    """An organization with units two deep, made in an order that is not the alphabet's."""
    with mock_aws():
        client = boto3.client("organizations", region_name="us-east-1")
        client.create_organization(FeatureSet="ALL")
        root = client.list_roots()["Roots"][0]["Id"]
        client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        workloads = unit(client, root, "Workloads")
        unit(client, root, "Security")
        production = unit(client, workloads, "Production")
        account(client, "shop", production)
        account(client, "audit", "")
        yield client


def unit(client: Any, parent: str, name: str) -> str:
    made = client.create_organizational_unit(ParentId=parent, Name=name)
    return str(made["OrganizationalUnit"]["Id"])


def account(client: Any, name: str, parent: str) -> str:
    made = client.create_account(AccountName=name, Email=f"{name}@example.com")
    created = str(made["CreateAccountStatus"]["AccountId"])
    if parent:
        root = client.list_roots()["Roots"][0]["Id"]
        client.move_account(AccountId=created, SourceParentId=root, DestinationParentId=parent)
    return created


def read(session: Any = None) -> LiveOrganization:
    return read_organization(session or boto3.Session(region_name="eu-west-1"))


def test_the_tree_has_paths_and_the_ids_of_aws(client: Any) -> None:
    found = read()
    organization = client.describe_organization()["Organization"]
    assert (found.id, found.management_id) == (organization["Id"], MANAGEMENT)
    assert (found.caller_id, found.feature_set) == (MANAGEMENT, "ALL")
    assert found.root_id == client.list_roots()["Roots"][0]["Id"]
    assert [unit.path for unit in found.walk_units()] == [
        "Security",
        "Workloads",
        "Workloads/Production",
    ]
    below = client.list_organizational_units_for_parent(ParentId=found.units[1].id)
    assert found.units[1].units[0].id == below["OrganizationalUnits"][0]["Id"]
    assert found.unknown == ()


def test_accounts_know_their_unit_and_the_root_is_an_empty_path(client: Any) -> None:
    found = {row.name: row for row in read().accounts}
    assert found["shop"].unit_path == "Workloads/Production"
    assert found["shop"].email == "shop@example.com"
    assert found["shop"].status == "ACTIVE"
    assert found["audit"].unit_path == ""
    assert [row.id for row in read().accounts] == sorted(row.id for row in read().accounts)
    del client


def test_every_page_of_a_list_is_read(client: Any) -> None:
    root = client.list_roots()["Roots"][0]["Id"]
    session = boto3.Session(region_name="eu-west-1")
    # A page of two: AWS chooses the length of a page, moto has twenty.
    session.events.register(
        "provide-client-params.organizations.ListAccounts",
        lambda params, **_: {**params, "MaxResults": 2},
    )
    calls = counting(session)
    for number in range(5):
        account(client, f"more-{number}", "")
    assert len(read(session).accounts) == 8
    assert calls.count("organizations:ListAccounts") == 4
    assert root


def test_policies_stand_by_what_they_are_attached_to(client: Any) -> None:
    root = client.list_roots()["Roots"][0]["Id"]
    made = client.create_policy(
        Content=POLICY, Description="", Name="theirs", Type="SERVICE_CONTROL_POLICY"
    )
    policy = made["Policy"]["PolicySummary"]["Id"]
    security = client.list_organizational_units_for_parent(ParentId=root)
    target = security["OrganizationalUnits"][0]["Id"]
    client.attach_policy(PolicyId=policy, TargetId=target)
    found = read()
    assert found.policy_types == ("SERVICE_CONTROL_POLICY",)
    assert policy in [row.id for row in found.attached[target]]
    assert policy not in [row.id for row in found.attached.get(root, ())]
    theirs = next(row for row in found.policies if row.id == policy)
    assert (theirs.name, theirs.aws_managed, theirs.targets) == ("theirs", False, (target,))


def test_administrators_and_trusted_access_are_sorted(client: Any) -> None:
    for service in ("sso.amazonaws.com", "guardduty.amazonaws.com"):
        client.enable_aws_service_access(ServicePrincipal=service)
    second = account(client, "second", "")
    for service in ("guardduty.amazonaws.com", "ssm.amazonaws.com"):
        client.register_delegated_administrator(AccountId=second, ServicePrincipal=service)
    found = read()
    assert found.trusted_access is not None
    assert list(found.trusted_access) == sorted(found.trusted_access)
    assert {"sso.amazonaws.com", "guardduty.amazonaws.com"} <= set(found.trusted_access)
    assert dict(found.delegated_administrators) == {
        "guardduty.amazonaws.com": (second,),
        "ssm.amazonaws.com": (second,),
    }


def test_two_looks_are_alike(client: Any) -> None:
    del client
    assert read() == read()


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    "operation", ["ListRoots", "ListAccounts", "ListPolicies", "ListDelegatedAdministrators"]
)
def test_a_denied_call_is_unknown_with_the_missing_action(operation: str) -> None:
    found = read(refusing({f"organizations.{operation}": "AccessDeniedException"}))
    action = f"organizations:{operation}"
    assert not found.knows(action)
    (unknown,) = (row for row in found.unknown if row.action == action)
    assert (unknown.reason, unknown.account) == ("denied", MANAGEMENT)
    assert f"allow {action}" in str(unknown)


@pytest.mark.usefixtures("client")
def test_without_the_root_the_tree_is_unknown_and_the_accounts_have_no_place() -> None:
    found = read(refusing({"organizations.ListRoots": "AccessDeniedException"}))
    assert (found.root_id, found.policy_types, found.units) == (None, None, ())
    assert {row.unit_path for row in found.accounts} == {None}


@pytest.mark.usefixtures("client")
def test_trusted_access_that_is_denied_is_not_an_empty_list() -> None:
    operation = "organizations.ListAWSServiceAccessForOrganization"
    assert read(refusing({operation: "AccessDeniedException"})).trusted_access is None
    assert read().trusted_access is not None


@pytest.mark.usefixtures("client")
def test_throttling_and_silence_have_reasons_of_their_own() -> None:
    session = refusing({"organizations.ListAccounts": "TooManyRequestsException"})
    silence = EndpointConnectionError(endpoint_url="https://organizations")
    refuse(session, "organizations.ListRoots", silence)
    reasons = {row.action: row.reason for row in read(session).unknown}
    assert reasons["organizations:ListAccounts"] == "throttled"
    assert reasons["organizations:ListRoots"] == "unreachable"


@pytest.mark.usefixtures("client")
def test_expired_credentials_end_the_look_wherever_they_expire() -> None:
    for where in ("sts.GetCallerIdentity", "organizations.ListAccounts"):
        with pytest.raises(LiveError, match="sign in again"):
            read(refusing({where: "ExpiredTokenException"}))


@pytest.mark.usefixtures("client")
def test_without_credentials_the_error_says_how_to_sign_in() -> None:
    session = boto3.Session(region_name="eu-west-1")
    refuse(session, "sts.GetCallerIdentity", NoCredentialsError())
    with pytest.raises(LiveError, match="aws sso login"):
        read(session)


def test_an_account_without_an_organization_is_named() -> None:
    with mock_aws(), pytest.raises(LiveError, match=f"{MANAGEMENT} is in no organization"):
        read()


@pytest.mark.usefixtures("client")
def test_only_calls_of_the_table_are_made() -> None:
    session = boto3.Session(region_name="eu-west-1")
    calls = counting(session)
    read(session)
    assert calls
    assert {tuple(call.split(":")) for call in calls} <= set(ACTIONS)
