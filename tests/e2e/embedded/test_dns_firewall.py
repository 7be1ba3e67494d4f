"""DNS Firewall in the embedded AWS: rules are read back, and a protected VPC keeps its firewall."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/20"}}
BUCKET = "arn:aws:s3:::flow-logs"


def template(
    *, protected: bool = True, confidence: str = "HIGH", domain: str = "evil.example"
) -> dict[str, Any]:
    own = {"Fn::GetAtt": ["List", "Id"]}
    group = {"Fn::GetAtt": ["Group", "Id"]}
    return {
        "Vpc": VPC,
        "List": {
            "Type": "AWS::Route53Resolver::FirewallDomainList",
            "Properties": {"Domains": [domain]},
        },
        "Group": {
            "Type": "AWS::Route53Resolver::FirewallRuleGroup",
            "Properties": {
                "FirewallRules": [
                    {
                        "Priority": 1,
                        "Action": "BLOCK",
                        "BlockResponse": "NXDOMAIN",
                        "FirewallDomainListId": own,
                    },
                    {
                        "Priority": 2,
                        "Action": "ALERT",
                        "DnsThreatProtection": "DGA",
                        "ConfidenceThreshold": confidence,
                    },
                ]
            },
        },
        "Association": {
            "Type": "AWS::Route53Resolver::FirewallRuleGroupAssociation",
            "Properties": {
                "FirewallRuleGroupId": group,
                "VpcId": {"Ref": "Vpc"},
                "Priority": 101,
                "MutationProtection": "ENABLED" if protected else "DISABLED",
            },
        },
        "Log": {
            "Type": "AWS::Route53Resolver::ResolverQueryLoggingConfig",
            "Properties": {"DestinationArn": BUCKET},
        },
        "LogAssociation": {
            "Type": "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation",
            "Properties": {
                "ResolverQueryLogConfigId": {"Fn::GetAtt": ["Log", "Id"]},
                "ResourceId": {"Ref": "Vpc"},
            },
        },
    }


def test_rules_domains_and_query_log_are_read_back_and_updated(local: Any) -> None:
    references = local.succeed("dns", template())
    resolver = local.client("route53resolver")
    group = {"FirewallRuleGroupId": references["Group"]}
    first, second = resolver.list_firewall_rules(**group)["FirewallRules"]
    assert first["FirewallDomainListId"] == references["List"]
    assert first["BlockResponse"] == "NXDOMAIN"
    assert (second["DnsThreatProtection"], second["ConfidenceThreshold"]) == ("DGA", "HIGH")
    log = resolver.get_resolver_query_log_config(ResolverQueryLogConfigId=references["Log"])
    assert log["ResolverQueryLogConfig"]["DestinationArn"] == BUCKET

    again = local.succeed("dns", template(confidence="LOW", domain="worse.example"))
    assert again == references
    assert resolver.list_firewall_rules(**group)["FirewallRules"][1]["ConfidenceThreshold"] == "LOW"
    domains = resolver.list_firewall_domains(FirewallDomainListId=references["List"])
    assert domains["Domains"] == ["worse.example"]


def test_a_protected_firewall_stays_until_the_protection_is_taken_off(local: Any) -> None:
    references = local.succeed("protected", template())
    resolver = local.client("route53resolver")
    association = {"FirewallRuleGroupAssociationId": references["Association"]}
    with pytest.raises(ClientError, match="mutation protection"):
        resolver.disassociate_firewall_rule_group(**association)
    local.succeed("protected", template(protected=False))
    resolver.disassociate_firewall_rule_group(**association)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        resolver.get_firewall_rule_group_association(**association)


def test_a_rule_needs_a_list_that_exists(local: Any) -> None:
    rule = {"Priority": 1, "Action": "ALLOW", "FirewallDomainListId": "rslvr-fdl-none"}
    group = {
        "Type": "AWS::Route53Resolver::FirewallRuleGroup",
        "Properties": {"FirewallRules": [rule]},
    }
    status, _, failures = local.deploy("nolist", {"Group": group})
    assert status == "ROLLBACK_COMPLETE"
    assert "there is no domain list rslvr-fdl-none" in failures


def test_a_vpc_fails_closed_until_told_otherwise_and_lists_differ_by_region(local: Any) -> None:
    vpc = local.succeed("failing", {"Vpc": VPC})["Vpc"]
    resolver = local.client("route53resolver")
    config = resolver.get_firewall_config(ResourceId=vpc)["FirewallConfig"]
    assert config["FirewallFailOpen"] == "DISABLED"
    resolver.update_firewall_config(ResourceId=vpc, FirewallFailOpen="ENABLED")
    config = resolver.get_firewall_config(ResourceId=vpc)["FirewallConfig"]
    assert config["FirewallFailOpen"] == "ENABLED"
    ids = {
        region: {
            each["Id"]
            for each in local.client("route53resolver", region=region).list_firewall_domain_lists()[
                "FirewallDomainLists"
            ]
            if each.get("ManagedOwnerName")
        }
        for region in ("eu-west-1", "eu-central-1")
    }
    assert len(ids["eu-west-1"]) == 4
    assert not ids["eu-west-1"] & ids["eu-central-1"]
