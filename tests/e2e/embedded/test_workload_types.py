"""What the reference workload needs of the embedded AWS: updates and deletions too, and other Regions."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "333333333333"
HOME, OTHER = "eu-west-1", "us-east-1"
RATE: dict[str, Any] = {
    "Name": "Requests",
    "Priority": 1,
    "Action": {"Block": {}},
    "Statement": {"RateBasedStatement": {"Limit": 2000, "AggregateKeyType": "IP"}},
    "VisibilityConfig": {
        "CloudWatchMetricsEnabled": True,
        "MetricName": "requests",
        "SampledRequestsEnabled": True,
    },
}


def web_acl(*rules: dict[str, Any]) -> dict[str, Any]:
    return {
        "Type": "AWS::WAFv2::WebACL",
        "Properties": {
            "Scope": "REGIONAL",
            "DefaultAction": {"Allow": {}},
            "Rules": list(rules),
            "VisibilityConfig": {**RATE["VisibilityConfig"], "MetricName": "all"},
        },
    }


def band(deviations: int) -> dict[str, Any]:
    """Give an alarm of metric math."""
    metric = {"Namespace": "AWS/ApiGateway", "MetricName": "Count"}
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "ComparisonOperator": "GreaterThanUpperThreshold",
            "EvaluationPeriods": 3,
            "ThresholdMetricId": "band",
            "Metrics": [
                {"Id": "m1", "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Sum"}},
                {"Id": "band", "Expression": f"ANOMALY_DETECTION_BAND(m1, {deviations})"},
            ],
        },
    }


def test_a_web_acl_is_kept_changed_and_deleted(local: Any) -> None:
    client = local.client("wafv2")

    def rules(reference: str) -> list[str]:
        name, identifier, scope = reference.split("|")
        found = client.get_web_acl(Name=name, Id=identifier, Scope=scope)["WebACL"]
        return [rule["Name"] for rule in found["Rules"]]

    first = local.succeed("acl", {"Acl": web_acl(RATE)})["Acl"]
    assert rules(first) == ["Requests"]
    second = local.succeed("acl", {"Acl": web_acl(RATE, {**RATE, "Name": "More", "Priority": 2})})
    assert second["Acl"] == first, "an update replaces nothing"
    assert rules(first) == ["Requests", "More"]
    local.succeed("acl", {"Topic": {"Type": "AWS::SNS::Topic"}})
    with pytest.raises(ClientError, match="WAFNonexistentItem"):
        rules(first)


def test_an_alarm_of_metric_math_is_kept_and_changed(local: Any) -> None:
    def expression(name: str) -> str:
        (alarm,) = local.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
        assert alarm["ThresholdMetricId"] == "band"
        return str(next(row["Expression"] for row in alarm["Metrics"] if row["Id"] == "band"))

    name = local.succeed("band", {"Alarm": band(3)})["Alarm"]
    assert expression(name) == "ANOMALY_DETECTION_BAND(m1, 3)"
    assert local.succeed("band", {"Alarm": band(2)})["Alarm"] == name
    assert expression(name) == "ANOMALY_DETECTION_BAND(m1, 2)"


def test_a_prefix_list_is_a_peer_of_a_rule(local: Any) -> None:
    references = local.succeed(
        "peers",
        {
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.9.0.0/24"}},
            "Group": {
                "Type": "AWS::EC2::SecurityGroup",
                "Properties": {"GroupDescription": "door", "VpcId": {"Ref": "Vpc"}},
            },
            "Rule": {
                "Type": "AWS::EC2::SecurityGroupIngress",
                "Properties": {
                    "GroupId": {"Fn::GetAtt": ["Group", "GroupId"]},
                    "IpProtocol": "tcp",
                    "FromPort": 443,
                    "ToPort": 443,
                    "SourcePrefixListId": "pl-0123456789abcdef0",
                    "Description": "CloudFront",
                },
            },
        },
    )
    answer = local.client("ec2").describe_security_groups(GroupIds=[references["Group"]])
    (permission,) = answer["SecurityGroups"][0]["IpPermissions"]
    (peer,) = permission["PrefixListIds"]
    assert peer["PrefixListId"] == "pl-0123456789abcdef0"
    assert permission["IpRanges"] == []
