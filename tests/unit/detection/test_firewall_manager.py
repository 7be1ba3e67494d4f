"""Policies of Firewall Manager: they tell until told to act, and their text is what AWS documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import aws_cdk as cdk
import botocore.session
import pytest
from aws_cdk.assertions import Template

from baseline.config import Names
from baseline.config.edge import COMMITMENT, FirewallManager
from baseline.controls.registry import declarations
from baseline.detection import firewall_manager_data as data
from baseline.detection.firewall_manager import FirewallPolicies, has_policies_in
from baseline.errors import BaselineError
from tests.support import CONTEXT

SECURITY = "333333333333"
REASON = "Legacy shop, moves in June"
NAMES = Names(
    prefix="secbase",
    home_region="eu-west-1",
    organization_id="o-exampleorgid",
    management="111111111111",
    log_archive="222222222222",
    security=SECURITY,
    network="444444444444",
    shared_services="999999999999",
)
GLOBAL, HOME = "us-east-1", "eu-west-1"
EVERYTHING: dict[str, Any] = {
    "web_acls": {
        "web": {},
        "acting": {"count_only": False, "remediate": True, "existing": "retrofit"},
        "unlimited": {"requests_per_address": None},
        "global": {"scope": "CLOUDFRONT", "count_only": False, "remediate": True},
    },
    "security_group_content": {"ports_per_rule": 10, "ipv4_prefix": 16, "ipv6_prefix": 48},
    "security_group_usage": {},
    "dns_firewall": {
        "blocked_domains": ["worse.example", "bad.example"],
        "managed_lists": {HOME: ["rslvr-fdl-0123456789abcdef"]},
    },
    "shield": {
        "acknowledge_commitment": COMMITMENT,
        "distributions": True,
        "response": "COUNT",
    },
}
Resources = dict[str, dict[str, Any]]

# Keys that the service's model does not show in an example, and where they are documented.
ELSEWHERE = {
    # The same documentation names the values; an older edition of it has the keys.
    "redactedFieldType",
    "redactedFieldValue",
    # AWS solution "Automations for AWS Firewall Manager".
    "allowedPortCountPerSgRule",
    "minIpv4CidrPrefixLenPerSgRule",
    "minIpv6CidrPrefixLenPerSgRule",
}


def make(settings: dict[str, Any], region: str = HOME) -> cdk.Stack:
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    stack = cdk.Stack(app, "S", env=cdk.Environment(account=SECURITY, region=region))
    FirewallPolicies(
        stack,
        "Policies",
        settings=FirewallManager.model_validate(settings),
        names=NAMES,
        region=region,
    )
    return stack


def resources(stack: cdk.Stack) -> Resources:
    return dict(Template.from_stack(stack).to_json()["Resources"])


@pytest.fixture(scope="module")
def home() -> Resources:
    return resources(make(EVERYTHING))


@pytest.fixture(scope="module")
def worldwide() -> Resources:
    return resources(make(EVERYTHING, GLOBAL))


def policies(found: Resources) -> dict[str, dict[str, Any]]:
    rows = [each["Properties"] for each in found.values() if each["Type"] == "AWS::FMS::Policy"]
    return {row["PolicyName"].removeprefix("secbase-"): row for row in rows}


def described(found: Resources, purpose: str) -> dict[str, Any]:
    """Give the document of a policy; references become ``<name>``."""
    text = policies(found)[purpose]["SecurityServicePolicyData"]["ManagedServiceData"]
    if isinstance(text, dict):
        parts = text["Fn::Join"][1]
        text = "".join(
            part if isinstance(part, str) else f"<{next(iter(part.values()))[0]}>" for part in parts
        )
    return dict(json.loads(text))


def test_each_region_gets_its_policies(home: Resources, worldwide: Resources) -> None:
    everywhere = {
        "web-acl-acting",
        "web-acl-unlimited",
        "web-acl-web",
        "security-group-content",
        "security-group-usage",
        "dns-firewall",
        "shield",
    }
    assert set(policies(home)) == everywhere
    assert set(policies(worldwide)) == everywhere | {"web-acl-global", "shield-distributions"}


def test_a_policy_tells_and_changes_nothing(home: Resources) -> None:
    found = policies(home)
    acting = {name for name, row in found.items() if row["RemediationEnabled"]}
    assert acting == {"web-acl-acting"}
    assert all(row["ExcludeResourceTags"] is False for row in found.values())
    assert all("ExcludeMap" not in row and "ResourceTags" not in row for row in found.values())


def test_policies_and_what_they_name_stay(home: Resources) -> None:
    kept = [each for each in home.values() if each["Type"] != "AWS::CDK::Metadata"]
    assert {each["DeletionPolicy"] for each in kept} == {"RetainExceptOnCreate"}
    assert all(row["DeleteAllPolicyResources"] is False for row in policies(home).values())


@pytest.mark.parametrize("control", ["APIGateway.4", "ELB.16"])
def test_a_web_acl_stands_before_load_balancers_and_apis(home: Resources, control: str) -> None:
    row = policies(home)["web-acl-acting"]
    assert row["ResourceType"] == "ResourceTypeList", control
    assert row["ResourceTypeList"] == [
        "AWS::ApiGateway::Stage",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
    ]
    text = described(home, "web-acl-acting")
    assert {group["overrideAction"]["type"] for group in text["preProcessRuleGroups"]} == {"NONE"}
    assert text["webACLSource"] == "RETROFIT_EXISTING"
    assert text["overrideCustomerWebACLAssociation"] is False


@pytest.mark.parametrize("control", ["CloudFront.6"])
def test_a_web_acl_of_cloudfront_is_in_us_east_1(worldwide: Resources, control: str) -> None:
    row = policies(worldwide)["web-acl-global"]
    assert row["ResourceType"] == "AWS::CloudFront::Distribution", control
    assert row["RemediationEnabled"] is True
    scopes = {
        each["Properties"]["Scope"]
        for each in worldwide.values()
        if each["Type"] == "AWS::WAFv2::RuleGroup"
    }
    assert scopes == {"REGIONAL", "CLOUDFRONT"}


def test_a_web_acl_counts_until_it_is_told_otherwise(home: Resources) -> None:
    text = described(home, "web-acl-web")
    groups = text["preProcessRuleGroups"]
    assert {group["overrideAction"]["type"] for group in groups} == {"COUNT"}
    assert [
        group["managedRuleGroupIdentifier"]["managedRuleGroupName"] for group in groups[1:]
    ] == [
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesSQLiRuleSet",
    ]
    assert "webACLSource" not in text
    assert text["optimizeUnassociatedWebACL"] is True


@pytest.mark.parametrize("control", ["WAF.11"])
def test_web_acls_log_to_the_archive_without_sessions(home: Resources, control: str) -> None:
    logging = described(home, "web-acl-web")["loggingConfiguration"]
    (bucket,) = logging["logDestinationConfigs"]
    assert bucket == f"arn:aws:s3:::{NAMES.web_acl_bucket}", control
    assert NAMES.web_acl_bucket.startswith("aws-waf-logs-")
    assert {row["redactedFieldValue"] for row in logging["redactedFields"]} == {
        "authorization",
        "cookie",
        "x-api-key",
        "x-amz-security-token",
    }


def test_too_many_requests_of_one_address_come_first(home: Resources) -> None:
    first = described(home, "web-acl-web")["preProcessRuleGroups"][0]
    assert first["ruleGroupType"] == "RuleGroup"
    group = home[first["ruleGroupArn"].strip("<>")]
    (rule,) = group["Properties"]["Rules"]
    assert rule["Action"] == {"Block": {}}
    assert rule["Statement"]["RateBasedStatement"] == {
        "AggregateKeyType": "IP",
        "EvaluationWindowSec": 300,
        "Limit": 2_000,
    }
    assert rule["VisibilityConfig"]["CloudWatchMetricsEnabled"] is True


def test_without_a_limit_there_is_no_rule_group_of_ones_own(home: Resources) -> None:
    groups = described(home, "web-acl-unlimited")["preProcessRuleGroups"]
    assert {group["ruleGroupType"] for group in groups} == {"ManagedRuleGroup"}


def test_what_groups_open_is_audited(home: Resources) -> None:
    row = policies(home)["security-group-content"]
    assert row["ResourceTypeList"] == [
        "AWS::EC2::Instance",
        "AWS::EC2::NetworkInterface",
        "AWS::EC2::SecurityGroup",
    ]
    assert described(home, "security-group-content") == {
        "type": "SECURITY_GROUPS_CONTENT_AUDIT",
        "preManagedOptions": [
            {"denyProtocolAllValue": True},
            {"allowedPortCountPerSgRule": 10},
            {"minIpv4CidrPrefixLenPerSgRule": 16},
            {"minIpv6CidrPrefixLenPerSgRule": 48},
            {"auditSgDirection": {"type": "ALL"}},
        ],
    }


def test_unused_groups_are_told_and_not_merged(home: Resources) -> None:
    assert policies(home)["security-group-usage"]["ResourceType"] == "AWS::EC2::SecurityGroup"
    assert described(home, "security-group-usage") == {
        "type": "SECURITY_GROUPS_USAGE_AUDIT",
        "deleteUnusedSecurityGroups": True,
        "coalesceRedundantSecurityGroups": False,
        "optionalDelayForUnusedInMinutes": 1_440,
    }


def test_names_are_guarded_by_region(home: Resources, worldwide: Resources) -> None:
    def rules(found: Resources) -> list[dict[str, Any]]:
        (group,) = (
            each["Properties"]
            for each in found.values()
            if each["Type"] == "AWS::Route53Resolver::FirewallRuleGroup"
        )
        return list(group["FirewallRules"])

    listed = [row.get("FirewallDomainListId") for row in rules(home)]
    assert listed[1] == "rslvr-fdl-0123456789abcdef"
    assert "rslvr-fdl-0123456789abcdef" not in str(rules(worldwide))
    assert [row["Action"] for row in rules(home)] == ["BLOCK", "BLOCK", "ALERT", "ALERT", "ALERT"]
    assert [row.get("DnsThreatProtection") for row in rules(home)[2:]] == [
        "DGA",
        "DNS_TUNNELING",
        "DICTIONARY_DGA",
    ]
    (own,) = (
        each["Properties"]
        for each in home.values()
        if each["Type"] == "AWS::Route53Resolver::FirewallDomainList"
    )
    assert own["Domains"] == ["bad.example", "worse.example"]
    assert policies(home)["dns-firewall"]["ResourceType"] == "AWS::EC2::VPC"
    (first,) = described(home, "dns-firewall")["preProcessRuleGroups"]
    assert first["priority"] == 1


def test_shield_protects_what_is_public(home: Resources, worldwide: Resources) -> None:
    assert policies(home)["shield"]["ResourceTypeList"] == [
        "AWS::EC2::EIP",
        "AWS::ElasticLoadBalancing::LoadBalancer",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
    ]
    row = policies(worldwide)["shield-distributions"]
    assert row["ResourceType"] == "AWS::CloudFront::Distribution"
    assert described(worldwide, "shield-distributions") == {
        "type": "SHIELD_ADVANCED",
        "optimizeUnassociatedWebACL": True,
        "automaticResponseConfiguration": {
            "automaticResponseStatus": "ENABLED",
            "automaticResponseAction": "COUNT",
        },
    }


def test_what_no_policy_reaches_is_visible_in_all_of_them() -> None:
    found = resources(
        make(
            {
                "security_group_usage": {},
                "security_group_content": {},
                "excluded_accounts": {"555555555555": REASON},
                "excluded_units": {"ou-exam-12345678": REASON},
                "exempt_tag": {"key": "edge", "value": "own"},
            }
        )
    )
    rows = policies(found).values()
    assert len(rows) == 2
    for row in rows:
        assert row["ExcludeMap"] == {"ACCOUNT": ["555555555555"], "ORGUNIT": ["ou-exam-12345678"]}
        assert row["ExcludeResourceTags"] is True
        assert row["ResourceTags"] == [{"Key": "edge", "Value": "own"}]


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "shield without acknowledgement": (
        {"shield": {"acknowledge_commitment": "yes"}},
        HOME,
        "acknowledge_commitment is 'yes'; Shield Advanced is a subscription",
    ),
    "a web ACL of CloudFront elsewhere": (
        {"web_acls": {"web": {"scope": "CLOUDFRONT", "regions": [HOME]}}},
        HOME,
        r"scope 'CLOUDFRONT' in 'eu-west-1': web ACLs of CloudFront have to be in 'us-east-1'",
    ),
    "a content audit of nothing": (
        {"security_group_content": {"all_protocols": False}},
        HOME,
        "security_group_content tells of nothing",
    ),
    "a usage audit of nothing": (
        {"security_group_usage": {"unused": False}},
        HOME,
        "security_group_usage tells of nothing",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_one_clear_error(case: str) -> None:
    settings, region, words = REFUSED[case]
    with pytest.raises(BaselineError, match=words):
        make(settings, region)


def test_a_text_that_is_too_long_is_one_clear_error() -> None:
    with pytest.raises(BaselineError, match=r"the policy WAFV2 has 3\d{4} characters"):
        data.as_text({"type": "WAFV2", "preProcessRuleGroups": ["x" * 30_000]})


def test_only_a_region_with_policies_gets_some() -> None:
    one = {"web_acls": {"web": {"regions": [HOME]}}}
    settings = FirewallManager.model_validate(one)
    assert has_policies_in(settings, HOME)
    assert not has_policies_in(settings, GLOBAL)


def test_only_policies_that_act_declare_controls() -> None:
    def controls(settings: dict[str, Any]) -> list[object]:
        (row,) = declarations(make(settings).node.root)
        return [row["controls"]]

    assert controls({"web_acls": {"web": {}}}) == [[]]
    assert controls({"web_acls": {"web": {"count_only": False, "remediate": True}}}) == [
        ["APIGateway.4", "ELB.16", "WAF.11"]
    ]


def keys_of(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from keys_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from keys_of(item)


@pytest.fixture(scope="module")
def documentation() -> str:
    """The service model's own description of the text, with its examples."""
    model = botocore.session.get_session().get_service_model("fms")
    text: str = (
        model.shape_for("SecurityServicePolicyData").members["ManagedServiceData"].documentation
    )
    return text


@pytest.mark.parametrize("purpose", ["acting", "content", "usage", "dns", "shield"])
def test_the_text_has_documented_keys_only(
    home: Resources, documentation: str, purpose: str
) -> None:
    full = {
        "acting": "web-acl-acting",
        "content": "security-group-content",
        "usage": "security-group-usage",
        "dns": "dns-firewall",
        "shield": "shield",
    }[purpose]
    text = described(home, full)
    documented = set(re.findall(r'\\"([A-Za-z0-9]+)\\":', documentation))
    assert f'\\"type\\":\\"{text["type"]}\\"' in documentation
    assert set(keys_of(text)) - ELSEWHERE <= documented


def test_the_types_are_those_of_the_service() -> None:
    model = botocore.session.get_session().get_service_model("fms")
    known = model.shape_for("SecurityServiceType").enum
    found = policies(resources(make(EVERYTHING, GLOBAL)))
    assert {row["SecurityServicePolicyData"]["Type"] for row in found.values()} <= set(known)
