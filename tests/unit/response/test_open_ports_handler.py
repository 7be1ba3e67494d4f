"""The open-port closer against moto: every shape of ingress change, and what may go wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.unit.detection.sample_events import api_call
from tests.unit.response.handler import index, port_events

MEMBER = "555555555555"
SECURITY = "333333333333"
REGION = "eu-central-1"
BUCKET = "evidence"
OWN_ARN = f"arn:aws:lambda:eu-west-1:{SECURITY}:function:closer"
CONTEXT = SimpleNamespace(invoked_function_arn=OWN_ARN)
ASSUME = index._ec2
V4 = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
V6 = {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}


def tcp(first: int, last: int, **peers: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": first, "ToPort": last, **peers}


def ranges(*cidrs: str) -> dict[str, Any]:
    return {"IpRanges": [{"CidrIp": cidr} for cidr in cidrs]}


OPEN = {
    "ssh": tcp(22, 22, **V4),
    "rdp": tcp(3389, 3389, **V4),
    "ssh over IPv6": tcp(22, 22, **V6),
    "rdp over IPv6": tcp(3389, 3389, **V6),
    "rdp over UDP": {"IpProtocol": "udp", "FromPort": 3389, "ToPort": 3389, **V4},
    "range that contains ssh": tcp(20, 25, **V4),
    "range that ends with ssh": tcp(0, 22, **V4),
    "range that begins with rdp": tcp(3389, 4000, **V6),
    "range that contains both": tcp(1, 65535, **V4),
    "every port": tcp(0, 65535, **V6),
    "all traffic": {"IpProtocol": "-1", **V4},
    "all traffic over IPv6": {"IpProtocol": "-1", **V6},
    "protocol by number": {"IpProtocol": "6", "FromPort": 22, "ToPort": 22, **V4},
    "half of the internet": tcp(22, 22, **ranges("0.0.0.0/1")),
    "the other half": tcp(22, 22, **ranges("128.0.0.0/1")),
    "an eighth of the internet": tcp(22, 22, **ranges("96.0.0.0/3")),
    "all global IPv6 addresses": tcp(22, 22, Ipv6Ranges=[{"CidrIpv6": "2000::/3"}]),
    "a public network of /8": tcp(22, 22, **ranges("3.0.0.0/8")),
    "not written from its first address": tcp(22, 22, **ranges("64.0.0.0/2")),
}
CLOSED = {
    "https": tcp(443, 443, **V4),
    "https over IPv6": tcp(443, 443, **V6),
    "range below ssh": tcp(1, 21, **V4),
    "range between": tcp(23, 3388, **V4),
    "range above rdp": tcp(3390, 65535, **V4),
    "an office": tcp(22, 22, **ranges("203.0.113.0/24")),
    "one address": tcp(22, 22, **ranges("203.0.113.7/32")),
    "the private networks": tcp(22, 22, **ranges("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")),
    "a provider's IPv6 network": tcp(22, 22, Ipv6Ranges=[{"CidrIpv6": "2001:db8::/32"}]),
    "ping": {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, **V4},
    "ssh's port over UDP": {"IpProtocol": "udp", "FromPort": 22, "ToPort": 22, **V4},
    "dns": {"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, **V4},
}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    values = {
        "EVIDENCE_BUCKET": BUCKET,
        "EXEMPTION_DAYS": "7",
        "EXEMPTION_TAG": "OpenPortUntil",
        "MODE": "close",
        "PARTITION": "aws",
        "PORTS": "22,3389",
        "ROLE": "secbase-responder",
        "SCHEDULE_GROUP": "secbase-open-ports",
        "SCHEDULE_ROLE": f"arn:aws:iam::{SECURITY}:role/schedules",
        "TOPIC_ARN": f"arn:aws:sns:eu-west-1:{SECURITY}:secbase-findings-high",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "MOTO_ACCOUNT_ID": SECURITY,
    }
    for key, value in values.items():
        monkeypatch.setenv(key, value)
    with mock_aws():
        monkeypatch.setattr(index, "_ec2", lambda _place: ec2())
        client_of("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        client_of("sns").create_topic(Name="secbase-findings-high")
        queue = client_of("sqs").create_queue(QueueName="inbox")["QueueUrl"]
        arn = f"arn:aws:sqs:eu-west-1:{SECURITY}:inbox"
        client_of("sns").subscribe(TopicArn=values["TOPIC_ARN"], Protocol="sqs", Endpoint=arn)
        client_of("scheduler").create_schedule_group(Name="secbase-open-ports")
        assert queue
        yield


@cache
def client_of(service: str) -> Any:
    return boto3.client(service, region_name="eu-west-1")


@cache
def ec2() -> Any:
    """Give a client of the member account, by the closer's way; one for all tests, for speed."""
    place = port_events.Place(account=MEMBER, region=REGION, groups=(), prefix_lists=(), cause={})
    return ASSUME(place)


def group(*permissions: dict[str, Any], tags: dict[str, str] | None = None) -> str:
    client = ec2()
    vpc = client.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    found: str = client.create_security_group(GroupName="web", Description="web", VpcId=vpc)[
        "GroupId"
    ]
    if permissions:
        client.authorize_security_group_ingress(GroupId=found, IpPermissions=list(permissions))
    if tags:
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        client.create_tags(Resources=[found], Tags=pairs)
    return found


def opened(group_id: str) -> dict[str, Any]:
    event = api_call(
        "ec2",
        "AuthorizeSecurityGroupIngress",
        requestParameters={"groupId": group_id},
        awsRegion=REGION,
        recipientAccountId=MEMBER,
    )
    del event["detail"]["errorCode"]
    return event


def ingress(group_id: str) -> list[dict[str, Any]]:
    found = ec2().describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]
    rules: list[dict[str, Any]] = found["IpPermissions"]
    return rules


def run(event: dict[str, Any]) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = index.handler(event, CONTEXT)["entries"]
    return entries


def messages() -> list[dict[str, Any]]:
    url = f"https://sqs.eu-west-1.amazonaws.com/{SECURITY}/inbox"
    found = client_of("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in found.get("Messages", [])]


def evidence() -> list[dict[str, Any]]:
    s3 = client_of("s3")
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
    return [
        entry
        for key in keys
        for entry in json.loads(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    ]


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("shape", OPEN)
def test_ec2_13_ec2_14_an_open_port_is_closed(shape: str) -> None:
    name = group(OPEN[shape])
    assert [entry["state"] for entry in run(opened(name))] == ["closed"]
    assert ingress(name) == []


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("shape", CLOSED)
def test_what_is_not_open_stays(shape: str) -> None:
    name = group(CLOSED[shape])
    before = ingress(name)
    assert run(opened(name)) == []
    assert ingress(name) == before
    assert messages() == []
    assert evidence() == []


@pytest.mark.usefixtures("aws")
def test_only_the_offending_rules_go() -> None:
    name = group(
        tcp(22, 22, IpRanges=[{"CidrIp": "0.0.0.0/0"}, {"CidrIp": "203.0.113.0/24"}]),
        tcp(22, 22, **V6),
        tcp(443, 443, **V4),
    )
    assert [entry["state"] for entry in run(opened(name))] == ["closed", "closed"]
    left = {
        (rule["FromPort"], cidr["CidrIp"]) for rule in ingress(name) for cidr in rule["IpRanges"]
    }
    assert left == {(22, "203.0.113.0/24"), (443, "0.0.0.0/0")}
    assert [rule for rule in ingress(name) if rule.get("Ipv6Ranges")] == []


@pytest.mark.usefixtures("aws")
def test_egress_stays() -> None:
    name = group()
    before = ec2().describe_security_groups(GroupIds=[name])["SecurityGroups"][0]
    assert before["IpPermissionsEgress"]
    assert run(opened(name)) == []
    after = ec2().describe_security_groups(GroupIds=[name])["SecurityGroups"][0]
    assert after["IpPermissionsEgress"] == before["IpPermissionsEgress"]


@pytest.mark.usefixtures("aws")
def test_a_rule_through_a_prefix_list_of_the_internet_is_closed() -> None:
    name = _group_with_list("0.0.0.0/0")
    assert [entry["state"] for entry in run(opened(name))] == ["closed"]


@pytest.mark.usefixtures("aws")
def test_a_prefix_list_of_an_office_stays() -> None:
    name = _group_with_list("203.0.113.0/24")
    assert run(opened(name)) == []


@pytest.mark.usefixtures("aws")
def test_a_prefix_list_that_is_widened_later_closes_its_users() -> None:
    name = _group_with_list("0.0.0.0/0")
    rule = next(
        rule
        for rule in ec2().describe_security_group_rules()["SecurityGroupRules"]
        if "PrefixListId" in rule
    )
    event = opened(name)
    event["detail"] |= {
        "eventName": "ModifyManagedPrefixList",
        "requestParameters": {
            "ModifyManagedPrefixListRequest": {"PrefixListId": rule["PrefixListId"]}
        },
    }
    found = run(event)
    assert [(entry["group"], entry["state"]) for entry in found] == [(name, "closed")]


def _group_with_list(cidr: str) -> str:
    made = ec2().create_managed_prefix_list(
        PrefixListName="peers",
        AddressFamily="IPv4",
        MaxEntries=5,
        Entries=[{"Cidr": cidr, "Description": "peers"}],
    )
    listed = made["PrefixList"]["PrefixListId"]
    return group(tcp(22, 22, PrefixListIds=[{"PrefixListId": listed}]))


@pytest.mark.usefixtures("aws")
def test_a_duplicate_event_finds_nothing_to_do() -> None:
    name = group(OPEN["ssh"])
    run(opened(name))
    assert len(messages()) == 1
    assert run(opened(name)) == []
    assert messages() == []
    assert len(evidence()) == 1


@pytest.mark.usefixtures("aws")
def test_a_group_that_is_gone_is_no_failure() -> None:
    assert run(opened("sg-0123456789abcdef0")) == []


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("code", ["InvalidPermission.NotFound", "InvalidGroup.NotFound"])
def test_a_rule_that_somebody_narrows_meanwhile_stays(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = group(OPEN["ssh"])
    calls = _refuse_revoking(monkeypatch, code)
    assert [entry["state"] for entry in run(opened(name))] == ["gone"]
    # By content: had the rule been narrowed, AWS would not find it and leave it alone.
    assert calls[0]["IpPermissions"] == [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, **V4}]
    assert "SecurityGroupRuleIds" not in calls[0]


@pytest.mark.usefixtures("aws")
def test_a_refused_revocation_is_told_and_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    name = group(OPEN["ssh"], tcp(443, 443, **V4))
    _refuse_revoking(monkeypatch, "UnauthorizedOperation")
    with pytest.raises(RuntimeError, match="1 of 1 open rules are still open"):
        run(opened(name))
    assert "STILL OPEN" in messages()[0]["Message"]
    assert evidence()[0]["state"] == "failed"


def _refuse_revoking(monkeypatch: pytest.MonkeyPatch, code: str) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = []

    def refuse(**arguments: Any) -> None:
        calls.append(arguments)
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "Revoke")

    monkeypatch.setattr(ec2(), "revoke_security_group_ingress", refuse)
    return calls


@pytest.mark.usefixtures("aws")
def test_report_only_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODE", "report")
    name = group(OPEN["ssh"])
    assert [entry["state"] for entry in run(opened(name))] == ["found"]
    assert len(ingress(name)) == 1
    assert "is OPEN" in messages()[0]["Message"]


@pytest.mark.usefixtures("aws")
def test_an_exempt_port_stays_until_its_day() -> None:
    day = datetime.now(UTC).date() + timedelta(days=3)
    name = group(OPEN["ssh"], tags={"OpenPortUntil": day.isoformat()})
    assert [entry["state"] for entry in run(opened(name))] == ["exempt"]
    assert len(ingress(name)) == 1
    run(opened(name))  # a schedule that is there already is no failure
    schedules = client_of("scheduler").list_schedules(GroupName="secbase-open-ports")
    assert len(schedules["Schedules"]) == 1
    schedule = client_of("scheduler").get_schedule(
        GroupName="secbase-open-ports", Name=schedules["Schedules"][0]["Name"]
    )
    ends = day + timedelta(days=1)
    assert schedule["ScheduleExpression"] == f"at({ends.isoformat()}T00:00:00)"
    assert schedule["ActionAfterCompletion"] == "DELETE"
    assert schedule["Target"]["Arn"] == OWN_ARN
    again = json.loads(schedule["Target"]["Input"])
    assert again["recheck"] | {"until": ""} == {
        "account": MEMBER,
        "region": REGION,
        "group": name,
        "until": "",
    }
    # What the schedule sends, once the tag's day is over, closes the port.
    _tag(name, "2026-01-01")
    assert [entry["state"] for entry in run(again)] == ["closed"]
    assert ingress(name) == []


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("2020-01-01", "ended with 2020-01-01"),
        ("2999-01-01", "the most is 7 days from now"),
        ("for ever", "write a day as in"),
        ("", "write a day as in"),
    ],
)
def test_an_exemption_that_does_not_count_says_why(value: str, why: str) -> None:
    name = group(OPEN["ssh"], tags={"OpenPortUntil": value})
    assert [entry["state"] for entry in run(opened(name))] == ["closed"]
    assert why in messages()[0]["Message"]


@pytest.mark.usefixtures("aws")
def test_exemptions_can_be_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXEMPTION_DAYS", "0")
    today = datetime.now(UTC).date().isoformat()
    name = group(OPEN["ssh"], tags={"OpenPortUntil": today})
    assert [entry["state"] for entry in run(opened(name))] == ["closed"]
    assert "exemptions are off" in messages()[0]["Message"]


@pytest.mark.usefixtures("aws")
def test_the_verdict_of_config_is_a_backstop() -> None:
    name = group(OPEN["ssh"])
    event = {
        "source": "aws.config",
        "detail-type": "Config Rules Compliance Change",
        "time": "2026-11-01T10:00:00Z",
        "detail": {
            "resourceId": name,
            "resourceType": "AWS::EC2::SecurityGroup",
            "awsRegion": REGION,
            "awsAccountId": MEMBER,
            "configRuleName": "secbase-open-ports",
            "newEvaluationResult": {"complianceType": "NON_COMPLIANT"},
        },
    }
    assert [entry["state"] for entry in run(event)] == ["closed"]
    assert evidence()[0]["cause"]["eventName"] == "Config rule secbase-open-ports"


@pytest.mark.usefixtures("aws")
def test_evidence_says_who_what_where_and_when() -> None:
    name = group(OPEN["range that contains ssh"])
    run(opened(name))
    [kept] = evidence()
    assert kept["account"] == MEMBER
    assert kept["region"] == REGION
    assert kept["group"] == name
    assert kept["ports"] == [22]
    assert kept["source"] == "0.0.0.0/0"
    assert kept["before"]["FromPort"] == 20
    assert kept["before"]["ToPort"] == 25
    assert kept["cause"]["eventName"] == "AuthorizeSecurityGroupIngress"
    assert kept["cause"]["principal"] == "arn:aws:iam::555555555555:root"
    [message] = messages()
    assert message["Subject"] == f"Open port in account {MEMBER}, {REGION}"
    assert (
        f"{name} {kept['rule']}: port 22 from 0.0.0.0/0 was open and is closed now"
        in (message["Message"])
    )


@pytest.mark.usefixtures("aws")
def test_a_refused_call_is_nothing_to_look_at() -> None:
    name = group(OPEN["ssh"])
    event = opened(name)
    event["detail"]["errorCode"] = "Client.UnauthorizedOperation"
    assert run(event) == []
    assert len(ingress(name)) == 1


def _tag(name: str, value: str) -> None:
    ec2().create_tags(Resources=[name], Tags=[{"Key": "OpenPortUntil", "Value": value}])
