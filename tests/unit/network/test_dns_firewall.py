"""DNS Firewall blocks and fails closed without arguments; queries are logged to the archive."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from baseline.errors import BaselineError
from baseline.network.dns_firewall import MANAGED_LISTS, THREATS, DnsFirewall
from baseline.network.dns_protection import MOST_DOMAINS, DnsProtection

Resources = dict[str, Any]


@pytest.fixture
def synthesize(stack: cdk.Stack) -> Callable[..., Resources]:
    def run(**settings: Any) -> Resources:
        DnsFirewall(
            stack,
            "DnsFirewall",
            vpc_id="vpc-0123456789abcdef0",
            query_log_bucket=s3.Bucket.from_bucket_name(stack, "Logs", "example-flow-logs"),
            protection=DnsProtection(**settings) if settings else None,
        )
        found: Resources = Template.from_stack(stack).to_json()["Resources"]
        return found

    return run


def one(resources: Resources, kind: str) -> dict[str, Any]:
    (found,) = (each for each in resources.values() if each["Type"] == kind)
    properties: dict[str, Any] = found["Properties"]
    return properties


def rules(resources: Resources) -> list[dict[str, Any]]:
    group = one(resources, "AWS::Route53Resolver::FirewallRuleGroup")
    return sorted(group["FirewallRules"], key=lambda rule: int(rule["Priority"]))


def test_lists_of_aws_and_every_threat_are_blocked(synthesize: Callable[..., Resources]) -> None:
    found = synthesize()
    (lookup,) = (name for name in found if found[name]["Type"] == "Custom::DnsFirewallLookup")
    assert rules(found) == [
        *(
            {
                "Action": "BLOCK",
                "BlockResponse": "NXDOMAIN",
                "FirewallDomainListId": {"Fn::GetAtt": [lookup, name]},
                "Priority": 300 + number,
            }
            for number, name in enumerate(MANAGED_LISTS)
        ),
        *(
            {
                "Action": "BLOCK",
                "BlockResponse": "NXDOMAIN",
                "ConfidenceThreshold": "HIGH",
                "DnsThreatProtection": threat,
                "Priority": 400 + number,
            }
            for number, threat in enumerate(THREATS)
        ),
    ]
    assert {"DGA", "DNS_TUNNELING"} <= set(THREATS)


def test_it_fails_closed_unless_told_otherwise(synthesize: Callable[..., Resources]) -> None:
    assert one(synthesize(), "Custom::DnsFirewallLookup")["FailOpen"] == "DISABLED"


def test_failing_open_is_visible(synthesize: Callable[..., Resources]) -> None:
    lookup = one(synthesize(fail_open=True), "Custom::DnsFirewallLookup")
    assert lookup["FailOpen"] == "ENABLED"
    assert lookup["Lists"] == list(MANAGED_LISTS)


def test_the_rule_group_is_given_to_the_vpc(
    synthesize: Callable[..., Resources],
) -> None:
    association = one(synthesize(), "AWS::Route53Resolver::FirewallRuleGroupAssociation")
    assert association["MutationProtection"] == "DISABLED"
    assert association["VpcId"] == "vpc-0123456789abcdef0"
    # AWS keeps 100 and below, and 9,900 and above, for Firewall Manager.
    assert 100 < association["Priority"] < 9_900


def test_keeping_it_there_against_everybody_is_visible(
    synthesize: Callable[..., Resources],
) -> None:
    found = synthesize(mutation_protection=True)
    association = one(found, "AWS::Route53Resolver::FirewallRuleGroupAssociation")
    assert association["MutationProtection"] == "ENABLED"


def test_queries_are_logged_to_the_archive(synthesize: Callable[..., Resources]) -> None:
    found = synthesize()
    log = one(found, "AWS::Route53Resolver::ResolverQueryLoggingConfig")
    association = one(found, "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation")
    assert log["DestinationArn"] == "arn:aws:s3:::example-flow-logs"
    assert association["ResourceId"] == "vpc-0123456789abcdef0"


def test_everything_has_a_name_that_the_service_takes(
    synthesize: Callable[..., Resources],
) -> None:
    found = synthesize(allowed_domains=("a.example.com",), blocked_domains=("b.example.com",))
    names = [
        each["Properties"]["Name"]
        for each in found.values()
        if each["Type"].startswith("AWS::Route53Resolver::")
        and each["Type"] != "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation"
    ]
    assert len(names) == 5
    assert all(re.fullmatch(r"(?![0-9]+$)[A-Za-z0-9_-]{1,64}", name) for name in names)
    lists = [
        each["Properties"]["Name"]
        for each in found.values()
        if each["Type"] == "AWS::Route53Resolver::FirewallDomainList"
    ]
    assert len(set(lists)) == 2


def test_own_domains_come_before_the_lists(synthesize: Callable[..., Resources]) -> None:
    found = synthesize(
        allowed_domains=("b.example.com", "a.example.com"), blocked_domains=("*.evil.example",)
    )
    first, second, *others = rules(found)
    assert first["Action"] == "ALLOW"
    assert "BlockResponse" not in first
    assert second["Action"] == "BLOCK"
    assert first["Priority"] < second["Priority"] < min(rule["Priority"] for rule in others)
    lists = {
        name: value["Properties"]["Domains"]
        for name, value in found.items()
        if value["Type"] == "AWS::Route53Resolver::FirewallDomainList"
    }
    assert sorted(lists.values()) == [["*.evil.example"], ["a.example.com", "b.example.com"]]
    assert lists[first["FirewallDomainListId"]["Fn::GetAtt"][0]] == [
        "a.example.com",
        "b.example.com",
    ]


def test_watching_before_blocking_is_visible(synthesize: Callable[..., Resources]) -> None:
    found = rules(synthesize(action="ALERT", confidence="LOW"))
    assert {rule["Action"] for rule in found} == {"ALERT"}
    assert not any("BlockResponse" in rule for rule in found)
    assert {rule.get("ConfidenceThreshold") for rule in found} == {None, "LOW"}


def test_the_function_may_set_the_failure_mode_and_read(
    synthesize: Callable[..., Resources],
) -> None:
    policy = one(synthesize(), "AWS::IAM::ManagedPolicy")
    statements = {each["Sid"]: each for each in policy["PolicyDocument"]["Statement"]}
    assert statements["SetFailureMode"]["Action"] == [
        "route53resolver:GetFirewallConfig",
        "route53resolver:UpdateFirewallConfig",
    ]
    assert statements["SetFailureMode"]["Resource"] == (
        "arn:aws:route53resolver:eu-west-1:333333333333:firewall-config/*"
    )
    assert statements["FindLists"]["Action"] == [
        "ec2:DescribeVpcs",
        "route53resolver:ListFirewallDomainLists",
    ]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"allowed_domains": ("exa mple.com",)}, "'exa mple.com', which is not a domain"),
        ({"blocked_domains": ("http://example.com",)}, "which is not a domain"),
        (
            {"allowed_domains": ("example.com",), "blocked_domains": ("example.com",)},
            "stands in allowed_domains and in blocked_domains",
        ),
        (
            {"blocked_domains": tuple(f"d{n}.example" for n in range(MOST_DOMAINS + 1))},
            f"at most {MOST_DOMAINS}",
        ),
    ],
)
def test_a_domain_that_cannot_be_used_is_refused(
    stack: cdk.Stack,
    synthesize: Callable[..., Resources],
    settings: dict[str, Any],
    words: str,
) -> None:
    with pytest.raises(BaselineError, match=words):
        synthesize(**settings)
    assert "Resources" not in Template.from_stack(stack).to_json()
