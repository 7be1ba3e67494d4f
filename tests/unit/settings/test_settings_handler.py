"""The account-settings handler against moto: several accounts, two Regions, and what goes wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from baseline.local.backends import registry
from tests.unit.settings.calls import Calls
from tests.unit.settings.conftest import Run, report_of
from tests.unit.settings.handlers import CONTEXT, account_access, setting_rows, settings

ACCOUNT, OTHER = "555555555555", "666666666666"
HOME, SECOND = "eu-west-1", "eu-central-1"
DOCUMENT = "SSM-SessionManagerRunShell"

pytestmark = pytest.mark.usefixtures("settings_environment")

Visit = Callable[..., dict[str, Any]]


@pytest.fixture
def visit(calls: Calls) -> Visit:
    """Run the handler for an account: ``visit(dry_run=True)``; gives its result."""
    del calls

    def run(account: str = ACCOUNT, *, dry_run: bool = False, attempt: int = 5) -> dict[str, Any]:
        event = {
            "account": {"id": account, "name": "payments", "management": False},
            "dry_run": dry_run,
            "attempt": attempt,
        }
        result: dict[str, Any] = json.loads(json.dumps(settings.handler(event, CONTEXT)))
        return result

    return run


def client(service: str, region: str = HOME, account: str = ACCOUNT) -> Any:
    """Give a client as the settings role of an account has it."""
    return account_access.enter(
        account, role="secbase-settings", partition="aws", home_region=HOME
    ).client(service, region)


def rows(result: dict[str, Any], setting: str) -> list[dict[str, Any]]:
    return [row for row in result["rows"] if row["setting"] == setting]


def states(result: dict[str, Any]) -> set[str]:
    return {row["state"] for row in result["rows"]}


def test_password_policy_of_the_benchmark(visit: Visit) -> None:
    """IAM.7, IAM.10, IAM.11, IAM.12, IAM.13, IAM.14, IAM.15, IAM.16, IAM.17; CIS 1.7, 1.8."""
    result = visit()
    assert rows(result, "password_policy")[0]["state"] == "changed"
    policy = client("iam", "us-east-1").get_account_password_policy()["PasswordPolicy"]
    assert policy["MinimumPasswordLength"] == 14
    assert policy["PasswordReusePrevention"] == 24
    assert policy["MaxPasswordAge"] == 90
    for kind in ("Symbols", "Numbers", "UppercaseCharacters", "LowercaseCharacters"):
        assert policy[f"Require{kind}"] is True


@pytest.mark.parametrize(
    "weak",
    [
        {"MinimumPasswordLength": 8, "RequireSymbols": True},
        {"MinimumPasswordLength": 14, "PasswordReusePrevention": 24, "MaxPasswordAge": 365},
        {"MinimumPasswordLength": 14, "PasswordReusePrevention": 1},
    ],
)
def test_a_weakened_password_policy_is_repaired_whole(visit: Visit, weak: dict[str, Any]) -> None:
    """IAM.7: the API forgets every value that is not sent."""
    visit()
    iam = client("iam", "us-east-1")
    good = iam.get_account_password_policy()["PasswordPolicy"]
    iam.update_account_password_policy(**weak)
    (row,) = rows(visit(), "password_policy")
    assert (row["state"], row["before"] == row["after"]) == ("changed", False)
    assert iam.get_account_password_policy()["PasswordPolicy"] == good


def test_images_are_scanned_continuously_in_every_region(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ECR.1; what somebody narrowed is repaired, and nothing is written twice."""
    monkeypatch.setenv("WANTED", json.dumps({"image_scanning": {}}))
    assert states(visit(dry_run=True)) == {"would_change"}
    assert states(visit()) == {"changed"}
    for region in (HOME, SECOND):
        found = client("ecr", region).get_registry_scanning_configuration()
        assert found["scanningConfiguration"] == {
            "scanType": "ENHANCED",
            "rules": [
                {
                    "scanFrequency": "CONTINUOUS_SCAN",
                    "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}],
                }
            ],
        }
    client("ecr", SECOND).put_registry_scanning_configuration(scanType="BASIC", rules=[])
    again = {row["region"]: row["state"] for row in rows(visit(), "image_scanning")}
    assert again == {HOME: "unchanged", SECOND: "changed"}


def test_ebs_encryption_in_every_region(visit: Visit) -> None:
    """EC2.7."""
    result = visit()
    assert {row["region"] for row in rows(result, "ebs_encryption")} == {HOME, SECOND}
    for region in (HOME, SECOND):
        assert client("ec2", region).get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    client("ec2", SECOND).disable_ebs_encryption_by_default()
    again = {row["region"]: row["state"] for row in rows(visit(), "ebs_encryption")}
    assert again == {HOME: "unchanged", SECOND: "changed"}


def test_the_default_key_of_volumes(
    visit: Visit, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EC2.7 with a key of one's own; a Region without it says so."""
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    client("kms").create_alias(AliasName="alias/volumes", TargetKeyId=key)
    monkeypatch.setenv("WANTED", json.dumps({"ebs_encryption": {"key": "alias/volumes"}}))
    found = {(row["region"], row["setting"]): row for row in visit()["rows"]}
    assert found[HOME, "ebs_encryption_key"]["state"] == "changed"
    assert calls.keys[HOME] == key
    missing = next(row for row in found.values() if row["state"] == "failed")
    assert "NotFoundException" in missing["note"]
    assert {row["state"] for row in visit()["rows"] if row["region"] == HOME} == {"unchanged"}


def test_contacts_of_the_account(visit: Visit, wanted: dict[str, Any]) -> None:
    """Account.1; CIS 1.1, 1.2."""
    assert {row["state"] for row in visit()["rows"] if "contacts." in row["setting"]} == {"changed"}
    api = client("account", "us-east-1")
    for kind, contact in wanted["contacts"].items():
        found = api.get_alternate_contact(AlternateContactType=kind)["AlternateContact"]
        assert {name: found[name] for name in contact} == contact
    api.put_alternate_contact(
        AlternateContactType="SECURITY",
        EmailAddress="old@example.com",
        Name="Old",
        PhoneNumber="+491",
        Title="Old",
    )
    (row,) = rows(visit(), "contacts.security")
    assert row["before"]["EmailAddress"] == "old@example.com"
    assert row["after"]["EmailAddress"] == "security@example.com"


def test_the_default_vpc_goes_where_nobody_uses_it(visit: Visit) -> None:
    """EC2.2: without the VPC there is no group."""
    result = visit()
    assert [row["state"] for row in rows(result, "default_vpc")] == ["changed", "changed"]
    for region in (HOME, SECOND):
        ec2 = client("ec2", region)
        assert ec2.describe_vpcs()["Vpcs"] == []
        assert ec2.describe_internet_gateways()["InternetGateways"] == []
        assert ec2.describe_subnets()["Subnets"] == []


def test_a_default_vpc_in_use_stays_with_its_rules(visit: Visit) -> None:
    ec2 = client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    ec2.create_network_interface(SubnetId=subnet)
    result = visit()
    (vpc,) = [row for row in rows(result, "default_vpc") if row["region"] == HOME]
    assert vpc["state"] == "skipped"
    assert "1 network interfaces" in vpc["note"]
    (group,) = [row for row in rows(result, "default_security_group") if row["region"] == HOME]
    assert group["state"] == "skipped"
    assert len(ec2.describe_vpcs()["Vpcs"]) == 1
    assert ec2.describe_security_groups()["SecurityGroups"][0]["IpPermissionsEgress"]
    assert result["state"] == "changed"


def add_group(ec2: Any, vpc: str) -> None:
    ec2.create_security_group(GroupName="mine", Description="mine", VpcId=vpc)


def add_table(ec2: Any, vpc: str) -> None:
    ec2.create_route_table(VpcId=vpc)


def add_route(ec2: Any, vpc: str) -> None:
    other = ec2.create_vpc(CidrBlock="10.8.0.0/24")["Vpc"]["VpcId"]
    peering = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=other)
    wanted = [{"Name": "vpc-id", "Values": [vpc]}]
    table = ec2.describe_route_tables(Filters=wanted)["RouteTables"][0]["RouteTableId"]
    connection = peering["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    ec2.create_route(
        RouteTableId=table,
        DestinationCidrBlock="10.8.0.0/24",
        VpcPeeringConnectionId=connection,
    )


@pytest.mark.parametrize(
    ("add", "note"),
    [(add_group, "1 security groups"), (add_table, "1 route tables"), (add_route, "1 routes")],
)
def test_a_default_vpc_with_something_of_somebody_stays(
    visit: Visit, add: Callable[[Any, str], None], note: str
) -> None:
    ec2 = client("ec2")
    add(ec2, ec2.describe_vpcs()["Vpcs"][0]["VpcId"])
    (row,) = [row for row in rows(visit(), "default_vpc") if row["region"] == HOME]
    assert (row["state"], row["note"]) == ("skipped", f"{note} of somebody")
    assert len(ec2.describe_subnets()["Subnets"]) > 0


def test_a_half_removed_default_vpc_is_finished(visit: Visit) -> None:
    ec2 = client("ec2")
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.delete_subnet(SubnetId=ec2.describe_subnets()["Subnets"][0]["SubnetId"])
    (row,) = [row for row in rows(visit(), "default_vpc") if row["region"] == HOME]
    assert row["state"] == "changed"
    assert ec2.describe_vpcs()["Vpcs"] == []
    assert ec2.describe_internet_gateways()["InternetGateways"] == []


def test_what_still_belongs_to_a_vpc_is_told_and_not_forced(visit: Visit, calls: Calls) -> None:
    calls.fail("DeleteVpc", "DependencyViolation", region=HOME)
    (row,) = [row for row in rows(visit(), "default_vpc") if row["region"] == HOME]
    assert row["state"] == "skipped"
    assert "something still belongs to it" in row["note"]


def test_default_groups_of_other_vpcs_lose_their_rules(visit: Visit) -> None:
    """EC2.2."""
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/24")["Vpc"]["VpcId"]
    visit()
    (group,) = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])[
        "SecurityGroups"
    ]
    assert (group["IpPermissions"], group["IpPermissionsEgress"]) == ([], [])


def test_session_preferences_are_created_and_repaired(visit: Visit) -> None:
    assert {row["state"] for row in rows(visit(), "session_preferences")} == {"changed"}
    ssm = client("ssm")
    inputs = json.loads(ssm.get_document(Name=DOCUMENT)["Content"])["inputs"]
    assert inputs == {
        "idleSessionTimeout": "20",
        "maxSessionDuration": "480",
        "runAsEnabled": False,
    }
    document = {
        "schemaVersion": "1.0",
        "description": "ours",
        "sessionType": "Standard_Stream",
        "inputs": {**inputs, "idleSessionTimeout": "60", "s3BucketName": "ours"},
    }
    changed = ssm.update_document(
        Name=DOCUMENT, Content=json.dumps(document), DocumentVersion="$LATEST"
    )
    ssm.update_document_default_version(
        Name=DOCUMENT, DocumentVersion=changed["DocumentDescription"]["DocumentVersion"]
    )
    (row,) = [row for row in rows(visit(), "session_preferences") if row["region"] == HOME]
    assert row["before"]["idleSessionTimeout"] == "60"
    inputs = json.loads(ssm.get_document(Name=DOCUMENT)["Content"])["inputs"]
    assert (inputs["idleSessionTimeout"], inputs["s3BucketName"]) == ("20", "ours")


RECORDING = {
    "s3BucketName": "secbase-session-logs-222222222222-eu-west-1",
    "s3KeyPrefix": "sessions/{account}",
    "s3EncryptionEnabled": True,
    "cloudWatchLogGroupName": "secbase-sessions",
    "cloudWatchEncryptionEnabled": True,
    "cloudWatchStreamingEnabled": True,
    "kmsKeyId": "alias/secbase-sessions",
}


def session_inputs() -> dict[str, Any]:
    content = json.loads(client("ssm").get_document(Name=DOCUMENT)["Content"])
    assert (content["schemaVersion"], content["sessionType"]) == ("1.0", "Standard_Stream")
    inputs: dict[str, Any] = content["inputs"]
    return inputs


def make_key(alias: str, *regions: str) -> None:
    """Make the key of sessions, as the member StackSet does."""
    for region in regions:
        kms = client("kms", region)
        kms.create_alias(AliasName=alias, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])


def want_sessions(monkeypatch: pytest.MonkeyPatch, inputs: Any, withdrawn: Any) -> None:
    wanted = {"session_preferences": {"inputs": inputs, "withdrawn": withdrawn}}
    monkeypatch.setenv("WANTED", json.dumps(wanted))


def test_recorded_sessions_go_to_the_account_s_own_prefix(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_key("alias/secbase-sessions", HOME, SECOND)
    want_sessions(monkeypatch, RECORDING, {})
    assert visit()["state"] == "changed"
    assert session_inputs() == {**RECORDING, "s3KeyPrefix": f"sessions/{ACCOUNT}"}
    assert visit()["state"] == "ok"


def test_sessions_do_not_ask_for_a_key_that_is_not_there(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_key("alias/secbase-sessions", HOME)
    want_sessions(monkeypatch, RECORDING, {})
    found = {row["region"]: row for row in rows(visit(), "session_preferences")}
    assert found[HOME]["state"] == "changed"
    assert found[SECOND]["state"] == "failed"
    assert "NotFoundException" in found[SECOND]["note"]
    with pytest.raises(ClientError, match="InvalidDocument"):
        client("ssm", SECOND).get_document(Name=DOCUMENT)


def test_a_recording_that_ended_leaves_nothing_that_stops_sessions(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_key("alias/secbase-sessions", HOME, SECOND)
    want_sessions(monkeypatch, {**RECORDING, "idleSessionTimeout": "20"}, {})
    visit()
    want_sessions(monkeypatch, {"idleSessionTimeout": "20"}, RECORDING)
    assert visit(dry_run=True)["state"] == "would_change"
    assert visit()["state"] == "changed"
    assert session_inputs() == {
        "idleSessionTimeout": "20",
        "s3BucketName": "",
        "s3KeyPrefix": "",
        "s3EncryptionEnabled": False,
        "cloudWatchLogGroupName": "",
        "cloudWatchEncryptionEnabled": False,
        "cloudWatchStreamingEnabled": False,
        "kmsKeyId": "",
    }
    assert visit()["state"] == "ok"


def test_what_an_account_records_itself_is_not_withdrawn(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {
        "s3BucketName": "ours",
        "s3KeyPrefix": "x",
        "s3EncryptionEnabled": True,
        "kmsKeyId": "alias/ours",
    }
    make_key("alias/ours", HOME, SECOND)
    want_sessions(monkeypatch, own, {})
    visit()
    want_sessions(monkeypatch, {"idleSessionTimeout": "20"}, RECORDING)
    visit()
    assert session_inputs() == {**own, "idleSessionTimeout": "20"}


def test_resources_are_found_in_all_regions(visit: Visit) -> None:
    result = visit()
    found = {row["region"]: row["state"] for row in rows(result, "resource_explorer")}
    assert found == {HOME: "changed", SECOND: "changed"}
    explorer = client("resource-explorer-2")
    assert explorer.get_index()["Type"] == "AGGREGATOR"
    assert client("resource-explorer-2", SECOND).get_index()["Type"] == "LOCAL"
    view = explorer.get_default_view()["ViewArn"]
    assert ":view/secbase-resources/" in view
    # Tags are what people search by; without being asked for they are left out.
    assert explorer.get_view(ViewArn=view)["View"]["IncludedProperties"] == [{"Name": "tags"}]
    assert len(explorer.list_views()["Views"]) == 1


def test_the_security_account_sees_the_organization(visit: Visit) -> None:
    (row,) = rows(visit("333333333333"), "resource_explorer_organization")
    assert (row["state"], row["after"]) == ("changed", "secbase-organization")
    explorer = client("resource-explorer-2")
    (view,) = [arn for arn in explorer.list_views()["Views"] if "/secbase-organization/" in arn]
    scope = explorer.get_view(ViewArn=view)["View"]["Scope"]
    assert scope == "arn:aws:organizations::111111111111:organization/o-exampleorgid"


def test_an_index_that_somebody_made_is_taken_over(visit: Visit) -> None:
    made = client("resource-explorer-2").create_index()["Arn"]
    result = visit()
    states_by_region = {row["region"]: row["state"] for row in rows(result, "resource_explorer")}
    assert states_by_region == {SECOND: "changed"}
    found = client("resource-explorer-2").get_index()
    assert (found["Arn"], found["Type"]) == (made, "AGGREGATOR")


def test_an_aggregator_elsewhere_and_a_view_of_one_s_own_stay(visit: Visit) -> None:
    elsewhere = client("resource-explorer-2", SECOND)
    index = elsewhere.create_index()["Arn"]
    elsewhere.update_index_type(Arn=index, Type="AGGREGATOR")
    (row,) = rows(visit(), "resource_explorer_aggregator")
    assert (row["state"], row["note"]) == (
        "skipped",
        f"the index of {SECOND} collects the others; it stays",
    )
    assert elsewhere.get_index()["Type"] == "AGGREGATOR"
    assert client("resource-explorer-2").get_index()["Type"] == "LOCAL"


def test_a_default_view_of_one_s_own_stays(visit: Visit) -> None:
    explorer = client("resource-explorer-2")
    explorer.create_index()
    own = explorer.create_view(ViewName="ours")["View"]["ViewArn"]
    explorer.associate_default_view(ViewArn=own)
    (row,) = rows(visit(), "resource_explorer_view")
    assert (row["state"], explorer.get_default_view()["ViewArn"]) == ("unchanged", own)


@pytest.mark.parametrize("code", ["ConflictException", "ServiceQuotaExceededException"])
def test_an_index_that_was_changed_today_is_changed_tomorrow(
    visit: Visit, calls: Calls, code: str
) -> None:
    calls.fail("UpdateIndexType", code)
    result = visit()
    (row,) = rows(result, "resource_explorer_aggregator")
    assert (row["state"], result["state"]) == ("in_progress", "in_progress")
    assert rows(result, "resource_explorer_view") == []
    calls.heal()
    assert visit()["state"] == "changed"
    assert client("resource-explorer-2").get_index()["Type"] == "AGGREGATOR"


def test_an_index_that_is_being_made_is_waited_for(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = {"Arn": "arn", "State": "CREATING", "Type": "LOCAL"}
    monkeypatch.setitem(
        registry._ANSWERS, ("resource-explorer-2", "GetIndex"), lambda _: dict(index)
    )
    found = rows(visit(), "resource_explorer")
    assert {row["state"] for row in found} == {"in_progress"}
    assert {row["note"] for row in found} == {"the index is CREATING; the next run goes on"}


def test_a_version_that_was_written_but_not_chosen_is_chosen(visit: Visit, calls: Calls) -> None:
    ssm = client("ssm")
    document = {
        "schemaVersion": "1.0",
        "description": "ours",
        "sessionType": "Standard_Stream",
        "inputs": {"idleSessionTimeout": "60"},
    }
    ssm.create_document(
        Name=DOCUMENT, DocumentType="Session", DocumentFormat="JSON", Content=json.dumps(document)
    )
    calls.fail("UpdateDocumentDefaultVersion", "InternalServerError", region=HOME)
    assert visit()["state"] == "failed"
    calls.heal()
    assert visit()["state"] == "changed"
    assert [operation for _, operation, _ in calls.writes()] == ["UpdateDocumentDefaultVersion"]
    inputs = json.loads(ssm.get_document(Name=DOCUMENT)["Content"])["inputs"]
    assert inputs["idleSessionTimeout"] == "20"


def test_the_account_block_of_s3_where_the_policy_is_off(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3.1."""
    monkeypatch.setenv("WANTED", '{"public_access_block": {}}')
    assert visit()["state"] == "changed"
    found = client("s3control").get_public_access_block(AccountId=ACCOUNT)
    assert set(found["PublicAccessBlockConfiguration"].values()) == {True}
    assert visit()["state"] == "ok"


def test_the_second_run_changes_nothing(visit: Visit, calls: Calls) -> None:
    visit()
    calls.heal()
    result = visit()
    assert (result["state"], states(result)) == ("ok", {"unchanged"})
    assert calls.writes() == []


def test_a_dry_run_says_what_would_change_and_writes_nothing(visit: Visit, calls: Calls) -> None:
    result = visit(dry_run=True)
    assert result["state"] == "would_change"
    assert calls.writes() == []
    said = {
        (row["region"], row["setting"]) for row in result["rows"] if row["state"] != "unchanged"
    }
    done = {(row["region"], row["setting"]) for row in visit()["rows"] if row["state"] == "changed"}
    # With the default VPC goes its group, which the dry run still sees.
    assert done <= said
    assert {setting for _, setting in said - done} <= {"default_security_group"}


def test_a_denied_region_is_reported_and_stops_nothing(visit: Visit, calls: Calls) -> None:
    calls.fail("GetEbsEncryptionByDefault", "UnauthorizedOperation", region=SECOND)
    result = visit()
    assert result["state"] == "failed"
    (failed,) = [row for row in result["rows"] if row["state"] == "failed"]
    assert (failed["region"], failed["setting"]) == (SECOND, "ebs_encryption")
    assert "UnauthorizedOperation" in failed["note"]
    changed = {
        (row["region"], row["setting"]) for row in result["rows"] if row["state"] == "changed"
    }
    assert {(HOME, "ebs_encryption"), (SECOND, "session_preferences")} <= changed


def test_a_region_that_is_not_enabled_yet_is_in_progress(visit: Visit, calls: Calls) -> None:
    for operation in ("GetEbsEncryptionByDefault", "DescribeVpcs", "DescribeSecurityGroups"):
        calls.fail(operation, "AuthFailure", region=SECOND)
    for operation in ("GetDocument", "GetIndex"):
        calls.fail(operation, "UnrecognizedClientException", region=SECOND)
    result = visit()
    assert result["state"] == "in_progress"
    assert {row["state"] for row in result["rows"] if row["region"] == SECOND} == {"in_progress"}


def test_a_role_that_denies_makes_the_account_failed(visit: Visit, calls: Calls) -> None:
    calls.fail("AssumeRole", "AccessDenied")
    result = visit()
    assert result["state"] == "failed"
    assert result["rows"][0]["setting"] == "role"
    assert "AccessDenied" in result["rows"][0]["note"]


def test_throttling_asks_for_another_attempt_until_the_last(visit: Visit, calls: Calls) -> None:
    calls.fail("GetAccountPasswordPolicy", "Throttling")
    with pytest.raises(account_access.ThrottledError, match="password_policy in global"):
        visit(attempt=0)
    result = visit(attempt=5)
    assert result["state"] == "failed"
    assert "Throttling" in rows(result, "password_policy")[0]["note"]


def test_a_throttled_session_asks_for_another_attempt(visit: Visit, calls: Calls) -> None:
    calls.fail("AssumeRole", "Throttling", times=1)
    with pytest.raises(account_access.ThrottledError):
        visit(attempt=0)
    assert visit()["state"] == "changed"


def test_opt_in_regions_are_asked_for_and_not_waited_for(visit: Visit, calls: Calls) -> None:
    calls.regions |= {"ap-east-1": "ENABLED", "me-south-1": "DISABLED", "eu-south-1": "DISABLING"}
    result = visit()
    found = {row["region"]: row for row in rows(result, "opt_in_regions")}
    assert found["ap-east-1"]["state"] == "in_progress"
    assert (found["ap-east-1"]["before"], found["ap-east-1"]["after"]) == ("ENABLED", "DISABLED")
    assert found["eu-south-1"]["note"].startswith("AWS is at it")
    assert set(found) == {"ap-east-1", "eu-south-1"}
    assert calls.regions["ap-east-1"] == "DISABLING"
    assert result["state"] == "in_progress"
    # The next run finds them where AWS has brought them, and is done.
    calls.regions |= {"ap-east-1": "DISABLED", "eu-south-1": "DISABLED"}
    assert visit()["state"] == "ok"


def test_a_governed_opt_in_region_is_enabled(
    visit: Visit, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls.regions |= {"me-south-1": "DISABLED"}
    monkeypatch.setenv("WANTED", '{"opt_in_regions": {"governed": ["eu-west-1", "me-south-1"]}}')
    assert visit(dry_run=True)["state"] == "would_change"
    assert calls.writes() == []
    visit()
    assert calls.regions["me-south-1"] == "ENABLING"


@pytest.mark.parametrize("code", ["ConflictException", "TooManyRequestsException"])
def test_regions_beyond_what_aws_changes_at_once_come_later(
    visit: Visit, calls: Calls, code: str
) -> None:
    calls.regions |= {"ap-east-1": "ENABLED", "me-south-1": "ENABLED"}
    calls.fail("DisableRegion", code, times=1)
    found = {row["region"]: row for row in rows(visit(), "opt_in_regions")}
    assert {row["state"] for row in found.values()} == {"in_progress"}
    assert "the next run goes on" in found["ap-east-1"]["note"]
    assert calls.regions == {
        "eu-west-1": "ENABLED_BY_DEFAULT",
        "eu-central-1": "ENABLED_BY_DEFAULT",
        "ap-east-1": "ENABLED",
        "me-south-1": "DISABLING",
    }


def test_what_is_off_is_left_alone(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANTED", "{}")
    result = visit()
    assert (result["state"], result["rows"]) == ("ok", [])
    assert len(client("ec2").describe_vpcs()["Vpcs"]) == 1


def test_accounts_do_not_share_anything(visit: Visit) -> None:
    visit(ACCOUNT)
    ec2 = client("ec2", account=OTHER)
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
    assert visit(OTHER)["state"] == "changed"
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is True


@pytest.mark.usefixtures("calls")
def test_the_whole_organization_through_the_state_machine(
    organization: list[str], run_sweep: Run
) -> None:
    closed = organization[1]
    boto3.client("organizations").close_account(AccountId=closed)

    def handler(event: dict[str, Any]) -> Any:
        return settings.handler(event, CONTEXT)

    first = run_sweep(handler)
    assert first["summary"] == {
        "accounts": 3,
        "ok": 0,
        "changed": 3,
        "would_change": 0,
        "in_progress": 0,
        "failed": 0,
        "left_out": 1,
    }
    second = run_sweep(handler)
    assert second["summary"]["ok"] == 3
    every = report_of(second)["accounts"]
    assert {row["state"] for each in every for row in each["rows"]} == {"unchanged"}


def test_the_gravest_state_of_a_setting_is_the_account_s() -> None:
    def row(state: str) -> Any:
        return setting_rows.Row(region=HOME, setting="x", state=state)

    assert setting_rows.state_of([row("changed"), row("failed"), row("in_progress")]) == "failed"
    assert setting_rows.state_of([row("unchanged"), row("skipped")]) == "ok"


class Ec2:
    """EC2's account attributes of one Region, as an account alone finds them."""

    def __init__(self) -> None:
        self.metadata: dict[str, Any] = {}
        self.images, self.console, self.writes = "unblocked", True, 0

    def get_instance_metadata_defaults(self) -> dict[str, Any]:
        return {"AccountLevel": self.metadata}

    def modify_instance_metadata_defaults(self, **given: Any) -> None:
        self.metadata, self.writes = {**self.metadata, **given}, self.writes + 1

    def get_image_block_public_access_state(self) -> dict[str, Any]:
        return {"ImageBlockPublicAccessState": self.images}

    def enable_image_block_public_access(self, *, ImageBlockPublicAccessState: str) -> None:  # noqa: N803
        self.images, self.writes = ImageBlockPublicAccessState, self.writes + 1

    def get_serial_console_access_status(self) -> dict[str, Any]:
        return {"SerialConsoleAccessEnabled": self.console}

    def disable_serial_console_access(self) -> None:
        self.console, self.writes = False, self.writes + 1


class Alone:
    """An account whose only service is EC2."""

    def __init__(self, ec2: Ec2) -> None:
        self._ec2 = ec2

    def client(self, service: str, region: str) -> Ec2:
        assert (service, region) == ("ec2", HOME)
        return self._ec2


def test_ec2_s_attributes_are_kept_where_no_organization_declares_them() -> None:
    keep = settings.ec2_attributes.keep
    ec2, wanted = Ec2(), {"hop_limit": 2}
    dry = list(keep(Alone(ec2), HOME, wanted, setting_rows.Keeper(True)))
    assert ({row.state for row in dry}, ec2.writes) == ({"would_change"}, 0)
    first = list(keep(Alone(ec2), HOME, wanted, setting_rows.Keeper(False)))
    assert {row.state for row in first} == {"changed"}
    assert ec2.metadata == {"HttpTokens": "required", "HttpPutResponseHopLimit": 2}
    assert (ec2.images, ec2.console) == ("block-new-sharing", False)
    again = list(keep(Alone(ec2), HOME, wanted, setting_rows.Keeper(False)))
    assert ({row.state for row in again}, ec2.writes) == ({"unchanged"}, 3)


def test_an_organization_declares_them_instead(wanted: dict[str, Any]) -> None:
    assert "ec2_attributes" not in wanted
