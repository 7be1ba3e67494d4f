"""A distribution filters, encrypts and records; the bucket behind it is read by nobody else."""

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
from baseline.edge.distribution import ProtectedDistribution
from baseline.edge.edge_logs import EdgeLogs
from baseline.edge.load_balancer import ProtectedLoadBalancer
from baseline.edge.web_acl import WebAcl
from baseline.errors import BaselineError
from baseline.primitives.secure_bucket import SecureBucket
from baseline.primitives.secure_key import SecureKey
from tests.support import CONTEXT

ARN = "arn:aws:wafv2:us-east-1:333333333333:global/webacl/a/b"
CERTIFICATE = "arn:aws:acm:us-east-1:333333333333:certificate/c"
Resources = dict[str, Any]


def make(stack: cdk.Stack, *, of_bucket: bool = True, **settings: Any) -> ProtectedDistribution:
    values: dict[str, Any] = {
        "domain_names": ["www.example.com"],
        "certificate": acm.Certificate.from_certificate_arn(stack, "Certificate", CERTIFICATE),
        "web_acl": ARN,
        "log_bucket": EdgeLogs(stack, "Logs", distributions=True).bucket,
        **settings,
    }
    if of_bucket and "content" not in values:
        key = SecureKey(stack, "Key", description="Encrypts the content")
        logs = EdgeLogs(stack, "BucketLogs").bucket
        bucket = SecureBucket(stack, "Content", key=key.key, access_logs=logs)
        values["content"] = bucket.bucket
    return ProtectedDistribution(stack, "Site", **values)


def synthesized(**settings: Any) -> Resources:
    environment = cdk.Environment(account="333333333333", region="us-east-1")
    stack = cdk.Stack(cdk.App(context=CONTEXT, analytics_reporting=False), "S", env=environment)
    make(stack, **settings)
    return dict(Template.from_stack(stack).to_json()["Resources"])


@pytest.fixture(scope="module")
def site() -> Resources:
    """The resources of a distribution before a bucket."""
    return synthesized()


@pytest.fixture(scope="module")
def server() -> Resources:
    """The resources of a distribution before a server."""
    return synthesized(of_bucket=False, origin_domain="app.example.com", countries=["DE", "FR"])


def of_type(resources: Resources, kind: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in resources.values() if each["Type"] == kind]


def config(resources: Resources) -> dict[str, Any]:
    (found,) = of_type(resources, "AWS::CloudFront::Distribution")
    return dict(found["DistributionConfig"])


@pytest.mark.parametrize("control", ["CloudFront.7", "CloudFront.8", "CloudFront.15"])
def test_it_has_its_own_name_and_takes_tls_1_2_and_1_3(site: Resources, control: str) -> None:
    found = config(site)
    assert found["Aliases"] == ["www.example.com"]
    assert found["ViewerCertificate"] == {
        "AcmCertificateArn": CERTIFICATE,
        "MinimumProtocolVersion": "TLSv1.2_2021",
        "SslSupportMethod": "sni-only",
    }, control
    assert found["HttpVersion"] == "http2and3"


@pytest.mark.parametrize("control", ["CloudFront.3"])
def test_plain_http_is_redirected(site: Resources, server: Resources, control: str) -> None:
    for resources in (site, server):
        behavior = config(resources)["DefaultCacheBehavior"]
        assert behavior["ViewerProtocolPolicy"] == "redirect-to-https", control


@pytest.mark.parametrize("control", ["CloudFront.6"])
def test_it_stands_behind_the_web_acl(site: Resources, control: str) -> None:
    assert config(site)["WebACLId"] == ARN, control


@pytest.mark.parametrize("control", ["CloudFront.5"])
def test_requests_are_recorded_without_cookies(site: Resources, control: str) -> None:
    logging = config(site)["Logging"]
    assert logging["Prefix"] == "cloudfront/", control
    assert logging.get("IncludeCookies", False) is False
    assert logging["Bucket"]["Fn::GetAtt"][1] == "RegionalDomainName"


@pytest.mark.parametrize("control", ["CloudFront.1", "CloudFront.13"])
def test_the_bucket_is_read_through_origin_access_control(site: Resources, control: str) -> None:
    found = config(site)
    (origin,) = found["Origins"]
    (access,) = of_type(site, "AWS::CloudFront::OriginAccessControl")
    assert found["DefaultRootObject"] == "index.html", control
    assert origin["S3OriginConfig"] == {"OriginAccessIdentity": ""}
    assert "Fn::GetAtt" in origin["OriginAccessControlId"]
    settings = access["OriginAccessControlConfig"]
    assert settings["SigningBehavior"] == "always"
    assert settings["SigningProtocol"] == "sigv4"
    readers = [
        statement
        for policy in of_type(site, "AWS::S3::BucketPolicy")
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    ]
    (reader,) = readers
    assert reader["Action"] == "s3:GetObject"
    assert "AWS:SourceArn" in reader["Condition"]["StringEquals"]
    assert found["DefaultCacheBehavior"]["AllowedMethods"] == ["GET", "HEAD"]


@pytest.mark.parametrize("control", ["CloudFront.9", "CloudFront.10"])
def test_the_server_is_reached_by_tls_1_2_and_nothing_is_cached(
    server: Resources, control: str
) -> None:
    found = config(server)
    (origin,) = found["Origins"]
    assert origin["DomainName"] == "app.example.com"
    assert origin["CustomOriginConfig"] == {
        "OriginProtocolPolicy": "https-only",
        "OriginSSLProtocols": ["TLSv1.2"],
    }, control
    # AWS's policy "CachingDisabled".
    cache = found["DefaultCacheBehavior"]["CachePolicyId"]
    assert cache == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert "DefaultRootObject" not in found


def test_browsers_are_told_to_keep_to_https(site: Resources) -> None:
    (policy,) = of_type(site, "AWS::CloudFront::ResponseHeadersPolicy")
    headers = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert headers["StrictTransportSecurity"] == {
        "AccessControlMaxAgeSec": 31_536_000,
        "IncludeSubdomains": True,
        "Override": True,
    }
    assert headers["FrameOptions"] == {"FrameOption": "DENY", "Override": True}
    assert headers["ContentTypeOptions"] == {"Override": True}
    assert headers["ReferrerPolicy"]["ReferrerPolicy"] == "strict-origin-when-cross-origin"
    content = headers["ContentSecurityPolicy"]
    assert "default-src 'self'" in content["ContentSecurityPolicy"]
    assert "frame-ancestors 'none'" in content["ContentSecurityPolicy"]
    assert content["Override"] is True
    removed = policy["ResponseHeadersPolicyConfig"]["RemoveHeadersConfig"]["Items"]
    assert {each["Header"] for each in removed} == {"Server", "X-Powered-By"}
    used = config(site)["DefaultCacheBehavior"]["ResponseHeadersPolicyId"]["Ref"]
    assert site[used]["Type"] == "AWS::CloudFront::ResponseHeadersPolicy"


def test_countries_are_by_name_only(site: Resources, server: Resources) -> None:
    assert "Restrictions" not in config(site)
    assert config(server)["Restrictions"]["GeoRestriction"] == {
        "Locations": ["DE", "FR"],
        "RestrictionType": "whitelist",
    }


def test_tls_1_3_alone_and_another_policy_are_visible(global_stack: cdk.Stack) -> None:
    make(
        global_stack,
        of_bucket=False,
        origin_domain="app.example.com",
        tls_1_3_only=True,
        content_security_policy="default-src https:",
    )
    found = dict(Template.from_stack(global_stack).to_json()["Resources"])
    assert config(found)["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.3_2025"
    assert "default-src https:" in str(of_type(found, "AWS::CloudFront::ResponseHeadersPolicy"))


BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:333333333333:loadbalancer/app/front/0123"


@pytest.mark.parametrize("control", ["CloudFront.9", "CloudFront.10"])
def test_a_private_load_balancer_is_reached_inside_its_vpc(control: str) -> None:
    found = synthesized(
        of_bucket=False, origin_domain="app.example.com", private_load_balancer=BALANCER
    )
    (origin,) = config(found)["Origins"]
    assert origin["DomainName"] == "app.example.com", control
    assert "CustomOriginConfig" not in origin
    (name,) = (key for key, row in found.items() if row["Type"] == "AWS::CloudFront::VpcOrigin")
    assert origin["VpcOriginConfig"] == {"VpcOriginId": {"Fn::GetAtt": [name, "Id"]}}
    endpoint = found[name]["Properties"]["VpcOriginEndpointConfig"]
    assert endpoint["Arn"] == BALANCER
    assert endpoint["OriginProtocolPolicy"] == "https-only"
    assert endpoint["OriginSSLProtocols"] == ["TLSv1.2"]
    cache = config(found)["DefaultCacheBehavior"]["CachePolicyId"]
    assert cache == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


def balancer(stack: cdk.Stack, *, internet_facing: bool) -> ProtectedLoadBalancer:
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-1",
        vpc_cidr_block="10.0.0.0/20",
        availability_zones=["us-east-1a", "us-east-1b"],
        private_subnet_ids=["subnet-1", "subnet-2"],
        public_subnet_ids=["subnet-3", "subnet-4"],
    )
    return ProtectedLoadBalancer(
        stack,
        "Application",
        vpc=vpc,
        security_group=ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1"),
        certificate=acm.Certificate.from_certificate_arn(stack, "Inner", CERTIFICATE),
        log_bucket=EdgeLogs(stack, "InnerLogs").bucket,
        internet_facing=internet_facing,
    )


def test_the_load_balancer_of_a_vpc_origin_needs_no_public_subnet(global_stack: cdk.Stack) -> None:
    inner = balancer(global_stack, internet_facing=False)
    make(
        global_stack,
        of_bucket=False,
        origin_domain="app.example.com",
        private_load_balancer=inner.load_balancer,
    )
    found = dict(Template.from_stack(global_stack).to_json()["Resources"])
    (load_balancer,) = of_type(found, "AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert load_balancer["Scheme"] == "internal"
    assert load_balancer["Subnets"] == ["subnet-1", "subnet-2"]


def test_a_public_load_balancer_is_no_private_one(global_stack: cdk.Stack) -> None:
    public = balancer(global_stack, internet_facing=True)
    with pytest.raises(BaselineError, match="faces the internet; leave internet_facing out"):
        make(
            global_stack,
            of_bucket=False,
            origin_domain="app.example.com",
            private_load_balancer=public.load_balancer,
        )


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a private load balancer without a name": (
        {"private_load_balancer": BALANCER},
        "private_load_balancer has no origin_domain",
    ),
    "what is no load balancer": (
        {
            "of_bucket": False,
            "origin_domain": "a.example.com",
            "private_load_balancer": "arn:aws:s3:::b",
        },
        "'arn:aws:s3:::b' is not the ARN of an Application Load Balancer",
    ),
    "no name": ({"domain_names": []}, "domain_names is empty"),
    "no origin": ({"of_bucket": False}, "neither content nor origin_domain; give one of them"),
    "two origins": ({"origin_domain": "app.example.com"}, "both content and origin_domain"),
    "a web address": (
        {"of_bucket": False, "origin_domain": "http://app.example.com"},
        "origin_domain 'http://app.example.com' is not a name",
    ),
    "a regional web ACL": (
        {"web_acl": ARN.replace("global", "regional")},
        "is not the ARN of a web ACL of CloudFront",
    ),
    "a web ACL of another Region": (
        {"web_acl": ARN.replace("us-east-1", "eu-west-1")},
        "is not the ARN of a web ACL of CloudFront",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_distribution_cannot_be_is_one_error(global_stack: cdk.Stack, case: str) -> None:
    settings, words = REFUSED[case]
    with pytest.raises(BaselineError, match=words):
        make(global_stack, **settings)
    kinds = Template.from_stack(global_stack).to_json()["Resources"].values()
    assert "AWS::CloudFront::Distribution" not in {each["Type"] for each in kinds}


def test_a_web_acl_of_load_balancers_is_refused(global_stack: cdk.Stack) -> None:
    acl = WebAcl(global_stack, "Acl")
    with pytest.raises(BaselineError, match="Global/Acl has scope 'REGIONAL'"):
        make(global_stack, web_acl=acl)


def test_controls_follow_the_origin(app: cdk.App, global_stack: cdk.Stack) -> None:
    make(global_stack)
    (row,) = (each for each in declarations(app) if each["capability"] == "protected-distribution")
    controls = row["controls"]
    assert isinstance(controls, list)
    assert set(controls) == {f"CloudFront.{number}" for number in (1, 3, 5, 6, 7, 8, 13, 15)}


@pytest.mark.parametrize("of_bucket", [True, False])
def test_no_finding_is_left(
    app: cdk.App,
    global_stack: cdk.Stack,
    findings: Callable[[cdk.App], list[str]],
    of_bucket: bool,
) -> None:
    acl = WebAcl(global_stack, "Acl", web_acl_scope="CLOUDFRONT")
    origin = {} if of_bucket else {"origin_domain": "app.example.com"}
    make(global_stack, of_bucket=of_bucket, web_acl=acl, **origin)
    assert findings(app) == []


def test_the_content_may_lie_elsewhere(global_stack: cdk.Stack) -> None:
    bucket = s3.Bucket.from_bucket_name(global_stack, "Elsewhere", "example-content")
    make(global_stack, content=bucket)
    Template.from_stack(global_stack).resource_count_is("AWS::CloudFront::Distribution", 1)
