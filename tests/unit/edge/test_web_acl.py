"""A web ACL blocks and logs without arguments; counting, and leaving out, are asked for by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from baseline.controls.registry import declarations
from baseline.edge.web_acl import WebAcl
from baseline.edge.web_acl_choices import (
    MANAGED_GROUPS,
    OTHER_GROUPS,
    AntiDdos,
    Filters,
    Login,
    RateLimit,
    Registration,
)
from baseline.edge.web_acl_log import SESSION_HEADERS
from baseline.errors import BaselineError

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]
ACL = "AWS::WAFv2::WebACL"
LOG = "AWS::WAFv2::LoggingConfiguration"
EVERYTHING = Filters(
    managed_groups=(*MANAGED_GROUPS, *OTHER_GROUPS),
    rates={
        "Requests": RateLimit(requests=2_000),
        "SignIn": RateLimit(requests=20, window_seconds=60, path="/Sign-In"),
    },
    anti_ddos=AntiDdos(sensitivity="MEDIUM", exempt_paths=["^/api/"]),
    bot_control="TARGETED",
    registration=Registration(page_path="/register", creation_path="/api/accounts"),
    login=Login(path="/sign-in", username_field="/user", payload="FORM_ENCODED"),
    counted_rules={"AWSManagedRulesCommonRuleSet": ["SizeRestrictions_BODY"]},
)


def rules(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    (acl,) = found
    return {rule["Name"]: rule for rule in acl["Rules"]}


@pytest.mark.parametrize("control", ["WAF.10"])
def test_without_arguments_every_rule_blocks(
    stack: cdk.Stack, of_type: OfType, control: str
) -> None:
    WebAcl(stack, "Acl")
    found = rules(of_type(stack, ACL))
    assert list(found) == [
        "RateRequests",
        "AmazonIpReputationList",
        "KnownBadInputsRuleSet",
        "CommonRuleSet",
        "SQLiRuleSet",
    ], control
    rate = found.pop("RateRequests")
    assert rate["Action"] == {"Block": {}}
    assert rate["Statement"]["RateBasedStatement"] == {
        "AggregateKeyType": "IP",
        "EvaluationWindowSec": 300,
        "Limit": 2000,
    }
    for rule in found.values():
        assert rule["OverrideAction"] == {"None": {}}
        statement = rule["Statement"]["ManagedRuleGroupStatement"]
        assert statement["VendorName"] == "AWS"
        assert "RuleActionOverrides" not in statement
        assert "ExcludedRules" not in statement


def test_counting_only_is_visible_in_every_rule(stack: cdk.Stack, of_type: OfType) -> None:
    WebAcl(stack, "Acl", count_only=True, filters=EVERYTHING)
    for name, rule in rules(of_type(stack, ACL)).items():
        key = "Action" if name.startswith("Rate") else "OverrideAction"
        assert rule[key] == {"Count": {}}, name


def test_a_counted_rule_is_visible_and_leaves_the_others_blocking(
    stack: cdk.Stack, of_type: OfType
) -> None:
    WebAcl(stack, "Acl", filters=EVERYTHING)
    found = rules(of_type(stack, ACL))
    statement = found["CommonRuleSet"]["Statement"]["ManagedRuleGroupStatement"]
    assert statement["RuleActionOverrides"] == [
        {"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}
    ]
    assert found["CommonRuleSet"]["OverrideAction"] == {"None": {}}


@pytest.mark.parametrize("control", ["WAF.12"])
def test_each_rule_and_the_web_acl_have_metrics(
    stack: cdk.Stack, of_type: OfType, control: str
) -> None:
    WebAcl(stack, "Acl", filters=EVERYTHING)
    (acl,) = of_type(stack, ACL)
    shown = [acl["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in acl["Rules"])]
    assert len(shown) == len(acl["Rules"]) + 1
    assert all(each["CloudWatchMetricsEnabled"] is True for each in shown), control
    assert len({each["MetricName"] for each in shown}) == len(shown)


def test_what_costs_extra_is_there_by_name_only(stack: cdk.Stack, of_type: OfType) -> None:
    WebAcl(stack, "Acl", filters=EVERYTHING)
    found = rules(of_type(stack, ACL))
    assert next(iter(found)) == "AntiDdos"
    assert list(found)[-3:] == ["BotControl", "AccountCreation", "AccountTakeover"]
    assert [rule["Priority"] for rule in found.values()] == list(range(len(found)))

    def config(name: str) -> dict[str, Any]:
        statement = found[name]["Statement"]["ManagedRuleGroupStatement"]
        (only,) = statement["ManagedRuleGroupConfigs"]
        return dict(only)

    assert config("AntiDdos")["AWSManagedRulesAntiDDoSRuleSet"] == {
        "ClientSideActionConfig": {
            "Challenge": {
                "UsageOfAction": "ENABLED",
                "ExemptUriRegularExpressions": [{"RegexString": "^/api/"}],
            }
        },
        "SensitivityToBlock": "MEDIUM",
    }
    assert config("BotControl")["AWSManagedRulesBotControlRuleSet"] == {
        "InspectionLevel": "TARGETED",
        "EnableMachineLearning": True,
    }
    assert config("AccountCreation")["AWSManagedRulesACFPRuleSet"] == {
        "RegistrationPagePath": "/register",
        "CreationPath": "/api/accounts",
        "RequestInspection": {
            "PayloadType": "JSON",
            "EmailField": {"Identifier": "/email"},
            "PasswordField": {"Identifier": "/password"},
        },
    }
    assert config("AccountTakeover")["AWSManagedRulesATPRuleSet"] == {
        "LoginPath": "/sign-in",
        "RequestInspection": {
            "PayloadType": "FORM_ENCODED",
            "UsernameField": {"Identifier": "/user"},
            "PasswordField": {"Identifier": "/password"},
        },
    }


def test_a_registration_may_have_a_user_name(stack: cdk.Stack, of_type: OfType) -> None:
    form = Registration(page_path="/new", creation_path="/new", username_field="/login")
    WebAcl(stack, "Acl", filters=Filters(registration=form))
    statement = rules(of_type(stack, ACL))["AccountCreation"]["Statement"]
    (config,) = statement["ManagedRuleGroupStatement"]["ManagedRuleGroupConfigs"]
    inspection = config["AWSManagedRulesACFPRuleSet"]["RequestInspection"]
    assert inspection["UsernameField"] == {"Identifier": "/login"}


def test_an_api_is_not_challenged(stack: cdk.Stack, of_type: OfType) -> None:
    WebAcl(stack, "Acl", filters=Filters(anti_ddos=AntiDdos(challenge=False)))
    statement = rules(of_type(stack, ACL))["AntiDdos"]["Statement"]["ManagedRuleGroupStatement"]
    group = statement["ManagedRuleGroupConfigs"][0]["AWSManagedRulesAntiDDoSRuleSet"]
    assert group["ClientSideActionConfig"] == {"Challenge": {"UsageOfAction": "DISABLED"}}


def test_a_rate_of_a_path_counts_it_however_it_is_written(
    stack: cdk.Stack, of_type: OfType
) -> None:
    WebAcl(stack, "Acl", filters=EVERYTHING)
    rate = rules(of_type(stack, ACL))["RateSignIn"]["Statement"]["RateBasedStatement"]
    assert (rate["Limit"], rate["EvaluationWindowSec"]) == (20, 60)
    match = rate["ScopeDownStatement"]["ByteMatchStatement"]
    assert match["SearchString"] == "/sign-in"
    assert match["PositionalConstraint"] == "STARTS_WITH"
    assert match["FieldToMatch"] == {"UriPath": {}}
    assert [each["Type"] for each in match["TextTransformations"]] == [
        "URL_DECODE",
        "NORMALIZE_PATH",
        "LOWERCASE",
    ]


@pytest.mark.parametrize("control", ["WAF.11"])
def test_it_logs_to_an_encrypted_group_without_sessions(
    stack: cdk.Stack, of_type: OfType, control: str
) -> None:
    WebAcl(stack, "Acl", redacted_headers=["X-Session", "Cookie"])
    (log,) = of_type(stack, LOG)
    (group,) = of_type(stack, "AWS::Logs::LogGroup")
    (acl,) = of_type(stack, ACL)
    assert "Fn::GetAtt" in log["ResourceArn"], control
    assert group["LogGroupName"].startswith("aws-waf-logs-")
    assert "Fn::GetAtt" in group["KmsKeyId"]
    assert group["RetentionInDays"] == 365
    headers = [*SESSION_HEADERS, "x-session"]
    assert log["RedactedFields"] == [{"SingleHeader": {"Name": name}} for name in headers]
    assert "LoggingFilter" not in log
    assert acl["DataProtectionConfig"] == {
        "DataProtections": [
            {
                "Action": "SUBSTITUTION",
                "Field": {"FieldType": "SINGLE_HEADER", "FieldKeys": headers},
            }
        ]
    }
    (policy,) = of_type(stack, "AWS::Logs::ResourcePolicy")
    assert "delivery.logs.amazonaws.com" in str(policy["PolicyDocument"])
    text = str(policy["PolicyDocument"])
    assert '"StringEquals":{"aws:SourceAccount":"333333333333"}' in text


@pytest.mark.parametrize("control", ["WAF.11"])
def test_it_logs_to_a_bucket_that_bears_the_name(
    stack: cdk.Stack, of_type: OfType, control: str
) -> None:
    bucket = s3.Bucket.from_bucket_name(stack, "Logs", "aws-waf-logs-example")
    WebAcl(stack, "Acl", log_bucket=bucket)
    (log,) = of_type(stack, LOG)
    (destination,) = log["LogDestinationConfigs"]
    assert destination == "arn:aws:s3:::aws-waf-logs-example", control
    assert of_type(stack, "AWS::Logs::LogGroup") == []


def test_load_balancers_drop_bad_addresses_under_attack(
    stack: cdk.Stack, global_stack: cdk.Stack, of_type: OfType
) -> None:
    WebAcl(stack, "Acl")
    WebAcl(global_stack, "Acl", web_acl_scope="CLOUDFRONT")
    (regional,), (worldwide,) = of_type(stack, ACL), of_type(global_stack, ACL)
    assert regional["OnSourceDDoSProtectionConfig"] == {"ALBLowReputationMode": "ACTIVE_UNDER_DDOS"}
    assert "OnSourceDDoSProtectionConfig" not in worldwide
    assert (regional["Scope"], worldwide["Scope"]) == ("REGIONAL", "CLOUDFRONT")


@pytest.mark.parametrize("region", ["eu-west-1", None])
def test_a_web_acl_of_cloudfront_elsewhere_is_one_clear_error(
    app: cdk.App, region: str | None
) -> None:
    environment = cdk.Environment(account="333333333333", region=region) if region else None
    stack = cdk.Stack(app, "Elsewhere", env=environment)
    with pytest.raises(BaselineError, match=r"scope 'CLOUDFRONT' in .* have to be in 'us-east-1'"):
        WebAcl(stack, "Acl", web_acl_scope="CLOUDFRONT")
    assert "Resources" not in Template.from_stack(stack).to_json()


def test_a_web_acl_of_cloudfront_protects_nothing_regional(
    global_stack: cdk.Stack, of_type: OfType
) -> None:
    acl = WebAcl(global_stack, "Acl", web_acl_scope="CLOUDFRONT")
    with pytest.raises(BaselineError, match="Global/Acl has scope 'CLOUDFRONT'"):
        acl.protect("LoadBalancer", "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/a/b")
    assert of_type(global_stack, "AWS::WAFv2::WebACLAssociation") == []


def test_it_protects_what_it_is_given(stack: cdk.Stack, of_type: OfType) -> None:
    acl = WebAcl(stack, "Acl")
    acl.protect("Api", "arn:aws:apigateway:eu-west-1::/restapis/a/stages/live")
    (association,) = of_type(stack, "AWS::WAFv2::WebACLAssociation")
    assert association["ResourceArn"] == "arn:aws:apigateway:eu-west-1::/restapis/a/stages/live"
    assert "Fn::GetAtt" in association["WebACLArn"]


REFUSED: dict[str, tuple[Filters, str]] = {
    "an unknown group": (Filters(managed_groups=["Core"]), "'Core', which is not known"),
    "a group twice": (Filters(managed_groups=MANAGED_GROUPS[:1] * 2), "holds a group twice"),
    "no group": (Filters(managed_groups=[]), "managed_groups is empty"),
    "counting in no group": (
        Filters(counted_rules={"AWSManagedRulesLinuxRuleSet": ["LFI_QUERYSTRING"]}),
        "'AWSManagedRulesLinuxRuleSet', which is not among managed_groups",
    ),
    "too few requests": (Filters(rates={"A": RateLimit(requests=9)}), "must be 10 to 2000000000"),
    "another window": (
        Filters(rates={"A": RateLimit(requests=10, window_seconds=30)}),
        r"window_seconds must be one of \[60, 120, 300, 600\], got 30",
    ),
    "a path without its slash": (
        Filters(rates={"A": RateLimit(requests=10, path="in")}),
        "path 'in' must start with '/'",
    ),
    "a name with a space": (
        Filters(rates={"Sign in": RateLimit(requests=10)}),
        "name 'Sign in' must be letters and digits",
    ),
    "a registration nowhere": (
        Filters(registration=Registration(page_path="/register", creation_path="new")),
        "registration: creation_path 'new' must start with '/'",
    ),
    "a registration page nowhere": (
        Filters(registration=Registration(page_path="register", creation_path="/new")),
        "registration: page_path 'register' must start with '/'",
    ),
    "a login nowhere": (Filters(login=Login(path="in")), "login: path 'in' must start with '/'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_filter_that_cannot_be_is_refused(stack: cdk.Stack, case: str) -> None:
    filters, words = REFUSED[case]
    with pytest.raises(BaselineError, match=words):
        WebAcl(stack, "Acl", filters=filters)
    assert "Resources" not in Template.from_stack(stack).to_json()


def test_a_bucket_by_another_name_is_refused(stack: cdk.Stack) -> None:
    bucket = s3.Bucket.from_bucket_name(stack, "Logs", "example-logs")
    with pytest.raises(BaselineError, match="'example-logs' does not start with 'aws-waf-logs-'"):
        WebAcl(stack, "Acl", log_bucket=bucket)


def test_controls_are_declared(app: cdk.App, stack: cdk.Stack) -> None:
    WebAcl(stack, "Acl")
    assert {str(row["capability"]): row["controls"] for row in declarations(app)} == {
        "web-acl": ["WAF.10", "WAF.11", "WAF.12"]
    }


def test_no_finding_is_left(
    app: cdk.App, stack: cdk.Stack, findings: Callable[[cdk.App], list[str]]
) -> None:
    WebAcl(stack, "Acl")
    WebAcl(stack, "Large", filters=EVERYTHING, count_only=True)
    assert findings(app) == []
