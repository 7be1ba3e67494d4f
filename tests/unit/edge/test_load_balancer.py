"""A load balancer speaks TLS, drops what is malformed, records, and stands behind a web ACL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from baseline.controls.registry import declarations
from baseline.edge.edge_logs import EdgeLogs
from baseline.edge.load_balancer import ProtectedLoadBalancer
from baseline.edge.web_acl import WebAcl
from baseline.errors import BaselineError
from tests.support import CONTEXT

CERTIFICATE = "arn:aws:acm:eu-west-1:333333333333:certificate/c"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
Resources = dict[str, Any]


def make(stack: cdk.Stack, *, public: int = 2, **settings: Any) -> ProtectedLoadBalancer:
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-1",
        vpc_cidr_block="10.0.0.0/20",
        availability_zones=["eu-west-1a", "eu-west-1b"],
        private_subnet_ids=["subnet-1", "subnet-2"],
        public_subnet_ids=["subnet-3", "subnet-4"] if public else None,
    )
    values: dict[str, Any] = {
        "vpc": vpc,
        "security_group": ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1"),
        "certificate": acm.Certificate.from_certificate_arn(stack, "Certificate", CERTIFICATE),
        **settings,
    }
    if "log_bucket" not in values:
        values["log_bucket"] = EdgeLogs(stack, "Logs").bucket
    return ProtectedLoadBalancer(stack, "Front", **values)


@pytest.fixture(scope="module")
def resources() -> Resources:
    """The resources of a load balancer without optional arguments."""
    environment = cdk.Environment(account="333333333333", region="eu-west-1")
    stack = cdk.Stack(cdk.App(context=CONTEXT, analytics_reporting=False), "S", env=environment)
    make(stack)
    return dict(Template.from_stack(stack).to_json()["Resources"])


def of_type(resources: Resources, kind: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in resources.values() if each["Type"] == kind]


def attributes(resources: Resources) -> dict[str, Any]:
    (balancer,) = of_type(resources, "AWS::ElasticLoadBalancingV2::LoadBalancer")
    return {each["Key"]: each["Value"] for each in balancer["LoadBalancerAttributes"]}


def listener(resources: Resources, port: int) -> dict[str, Any]:
    (found,) = (each for each in of_type(resources, LISTENER) if each["Port"] == port)
    return found


@pytest.mark.parametrize(
    ("control", "key", "value"),
    [
        ("ELB.4", "routing.http.drop_invalid_header_fields.enabled", "true"),
        ("ELB.6", "deletion_protection.enabled", "true"),
        ("ELB.12", "routing.http.desync_mitigation_mode", "strictest"),
        ("ELB.16", "waf.fail_open.enabled", "false"),
    ],
)
def test_the_strict_attribute_is_set(
    resources: Resources, control: str, key: str, value: str
) -> None:
    assert attributes(resources)[key] == value, control


@pytest.mark.parametrize("control", ["ELB.5"])
@pytest.mark.parametrize("kind", ["access", "connection", "health_check"])
def test_it_is_recorded(resources: Resources, kind: str, control: str) -> None:
    found = attributes(resources)
    (bucket,) = (name for name, each in resources.items() if each["Type"] == "AWS::S3::Bucket")
    assert found[f"{kind}_logs.s3.enabled"] == "true", control
    assert found[f"{kind}_logs.s3.bucket"] == {"Ref": bucket}
    assert found[f"{kind}_logs.s3.prefix"] == kind.replace("_", "-")


def test_it_comes_after_the_policy_that_lets_it_write(resources: Resources) -> None:
    (policy,) = (
        name for name, each in resources.items() if each["Type"] == "AWS::S3::BucketPolicy"
    )
    (balancer,) = (
        each
        for each in resources.values()
        if each["Type"] == "AWS::ElasticLoadBalancingV2::LoadBalancer"
    )
    assert policy in balancer["DependsOn"]


@pytest.mark.parametrize("control", ["ELB.1"])
def test_plain_http_is_redirected(resources: Resources, control: str) -> None:
    (action,) = listener(resources, 80)["DefaultActions"]
    assert action == {
        "Type": "redirect",
        "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"},
    }, control


@pytest.mark.parametrize("control", ["ELB.17"])
def test_https_takes_tls_1_2_and_1_3_and_routes_nothing_by_default(
    resources: Resources, control: str
) -> None:
    https = listener(resources, 443)
    assert https["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06", control
    assert https["Certificates"] == [{"CertificateArn": CERTIFICATE}]
    assert https["DefaultActions"] == [
        {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    ]
    assert {each["Key"]: each["Value"] for each in https["ListenerAttributes"]} == {
        "routing.http.response.server.enabled": "false",
        "routing.http.response.strict_transport_security.header_value": (
            "max-age=31536000; includeSubDomains"
        ),
        "routing.http.response.x_content_type_options.header_value": "nosniff",
        "routing.http.response.x_frame_options.header_value": "DENY",
    }


@pytest.mark.parametrize("control", ["ELB.13", "ELB.16"])
def test_it_is_internal_in_two_zones_behind_a_web_acl(resources: Resources, control: str) -> None:
    (balancer,) = of_type(resources, "AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert balancer["Scheme"] == "internal"
    assert balancer["Subnets"] == ["subnet-1", "subnet-2"], control
    assert balancer["SecurityGroups"] == ["sg-1"]
    (association,) = of_type(resources, "AWS::WAFv2::WebACLAssociation")
    (name,) = (
        name
        for name, each in resources.items()
        if each["Type"] == "AWS::ElasticLoadBalancingV2::LoadBalancer"
    )
    assert association["ResourceArn"] == {"Ref": name}


def test_nothing_is_added_to_the_security_group(resources: Resources) -> None:
    assert of_type(resources, "AWS::EC2::SecurityGroupIngress") == []
    assert of_type(resources, "AWS::EC2::SecurityGroup") == []


def test_weaker_choices_are_visible(stack: cdk.Stack) -> None:
    make(
        stack,
        internet_facing=True,
        redirect_http=False,
        deletion_protection=False,
        tls_1_3_only=True,
    )
    found = Template.from_stack(stack).to_json()["Resources"]
    (balancer,) = of_type(found, "AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert balancer["Scheme"] == "internet-facing"
    assert balancer["Subnets"] == ["subnet-3", "subnet-4"]
    assert attributes(found)["deletion_protection.enabled"] == "false"
    (https,) = of_type(found, LISTENER)
    assert https["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-3-2021-06"


def test_controls_follow_the_choices(app: cdk.App, stack: cdk.Stack) -> None:
    make(stack, redirect_http=False, deletion_protection=False)
    (row,) = (each for each in declarations(app) if each["capability"] == "protected-load-balancer")
    assert row["controls"] == ["ELB.12", "ELB.13", "ELB.16", "ELB.17", "ELB.4", "ELB.5"]


def test_one_web_acl_serves_several(stack: cdk.Stack) -> None:
    acl = WebAcl(stack, "Acl")
    assert make(stack, web_acl=acl).web_acl is acl
    Template.from_stack(stack).resource_count_is("AWS::WAFv2::WebACL", 1)


def test_a_web_acl_of_cloudfront_is_refused(stack: cdk.Stack, global_stack: cdk.Stack) -> None:
    acl = WebAcl(global_stack, "Acl", web_acl_scope="CLOUDFRONT")
    with pytest.raises(BaselineError, match="web_acl Global/Acl has scope 'CLOUDFRONT'"):
        make(stack, web_acl=acl)


def test_the_internet_without_public_subnets_is_refused(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match=r"vpc has 0 public subnets.*public_subnets=True"):
        make(stack, public=0, internet_facing=True)


def test_logs_take_load_balancers_of_the_account_only(resources: Resources) -> None:
    (policy,) = of_type(resources, "AWS::S3::BucketPolicy")
    allowed = [each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Allow"]
    (statement,) = allowed
    assert statement["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert statement["Action"] == "s3:PutObject"
    assert statement["Condition"] == {
        "ArnLike": {
            "aws:SourceArn": "arn:aws:elasticloadbalancing:eu-west-1:333333333333:loadbalancer/*"
        }
    }
    (bucket,) = of_type(resources, "AWS::S3::Bucket")
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}


def test_acls_for_cloudfront_are_visible(stack: cdk.Stack) -> None:
    EdgeLogs(stack, "Logs", distributions=True, retention_days=30)
    (bucket,) = of_type(Template.from_stack(stack).to_json()["Resources"], "AWS::S3::Bucket")
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    rules = bucket["LifecycleConfiguration"]["Rules"]
    assert {rule.get("ExpirationInDays") for rule in rules} == {None, 30}


def test_no_finding_is_left(
    app: cdk.App, stack: cdk.Stack, findings: Callable[[cdk.App], list[str]]
) -> None:
    make(stack, internet_facing=True)
    assert findings(app) == []


def test_logs_may_go_to_another_account(
    app: cdk.App, stack: cdk.Stack, findings: Callable[[cdk.App], list[str]]
) -> None:
    make(stack, log_bucket=s3.Bucket.from_bucket_name(stack, "Archive", "example-edge-logs"))
    assert findings(app) == []
    found = attributes(Template.from_stack(stack).to_json()["Resources"])
    assert found["access_logs.s3.bucket"] == "example-edge-logs"
