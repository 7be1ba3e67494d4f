"""ProtectedDistribution: CloudFront that filters, encrypts and records, before a bucket or a server."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.controls.registry import implements
from baseline.edge.distribution_checks import (
    check_domains,
    check_origin,
    check_private,
    global_arn,
)
from baseline.edge.distribution_origins import (
    bucket_behavior,
    private_server,
    public_server,
    server_behavior,
)
from baseline.edge.security_headers import security_headers
from baseline.edge.web_acl import WebAcl
from baseline.primitives.acknowledge import acknowledge

LOG_PREFIX = "cloudfront/"


class ProtectedDistribution(Construct):
    """A CloudFront distribution behind a web ACL, with names of its own, TLS 1.2 and 1.3 only.

    Plain HTTP is redirected. A bucket is reached through origin access control, so that nobody
    reads it past CloudFront; a server is reached by HTTPS with TLS 1.2. Browsers are told to keep
    to HTTPS and not to frame, sniff or leak. Requests are logged without cookies.

    Args:
        scope: parent construct.
        id: construct ID.
        domain_names: names that people use, which the certificate holds.
        certificate: certificate in us-east-1, where CloudFront looks for it.
        web_acl: a :class:`WebAcl` of scope ``CLOUDFRONT``, or its ARN from a stack of us-east-1.
        log_bucket: bucket for the logs, such as ``EdgeLogs(distributions=True).bucket``.
        content: bucket whose objects are delivered; or ``origin_domain``. A bucket of this stack
            lets the distribution read it, another's policy has to say so itself.
        origin_domain: name of the server that answers, such as a load balancer's; or ``content``.
            Nothing is cached for it.
        private_load_balancer: internal load balancer that answers under ``origin_domain``, or its
            ARN from a stack of another Region, of the same account: CloudFront reaches it inside
            its VPC, so that it needs no public subnet and nobody goes round the web ACL. Its
            security group lets CloudFront in, its VPC has an internet gateway that no route uses.
            The server is public by default.
        content_security_policy: what pages may load and run; by default only what comes from the
            same place, and no frames.
        countries: codes of the only countries that are served; all by default.
        tls_1_3_only: True refuses TLS 1.2; False by default.

    Attributes:
        distribution: the ``aws_cloudfront.Distribution``.
        headers: the ``aws_cloudfront.ResponseHeadersPolicy``.
        vpc_origin: the ``CfnVpcOrigin`` of a private load balancer; None by default.

    Raises:
        BaselineError: when the web ACL is not one of CloudFront, there is no name, the origin
            is neither or both, or the private load balancer is not.

    Source: Security Hub CloudFront.1, CloudFront.3, CloudFront.5 to CloudFront.10, CloudFront.13,
    CloudFront.15; Amazon CloudFront Developer Guide, "Restrict access to an Amazon S3 origin" and "Restrict
    access with VPC origins".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain_names: Sequence[str],
        certificate: acm.ICertificate,
        web_acl: WebAcl | str,
        log_bucket: s3.IBucket,
        content: s3.IBucket | None = None,
        origin_domain: str | None = None,
        private_load_balancer: elb.IApplicationLoadBalancer | str | None = None,
        content_security_policy: str | None = None,
        countries: Sequence[str] = (),
        tls_1_3_only: bool = False,
    ) -> None:
        super().__init__(scope, id)
        check_domains(domain_names)
        check_origin(content is not None, origin_domain)
        check_private(private_load_balancer, origin_domain)
        acl_arn = global_arn(web_acl)
        self.vpc_origin: cloudfront.CfnVpcOrigin | None = None
        self.headers = security_headers(self, "Headers", policy=content_security_policy)
        self.distribution = cloudfront.Distribution(
            self,
            "Resource",
            default_behavior=self._behavior(content, origin_domain, private_load_balancer),
            domain_names=list(domain_names),
            certificate=certificate,
            minimum_protocol_version=(
                cloudfront.SecurityPolicyProtocol.TLS_V1_3_2025
                if tls_1_3_only
                else cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021
            ),
            ssl_support_method=cloudfront.SSLMethod.SNI,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            web_acl_id=acl_arn,
            enable_logging=True,
            log_bucket=log_bucket,
            log_file_prefix=LOG_PREFIX,
            log_includes_cookies=False,
            default_root_object="index.html" if content is not None else None,
            geo_restriction=(
                cloudfront.GeoRestriction.allowlist(*countries) if countries else None
            ),
        )
        if not countries:
            self._acknowledge_every_country()
        implements(
            self,
            capability="protected-distribution",
            controls=_controls(content=content is not None),
        )

    def _behavior(
        self,
        content: s3.IBucket | None,
        origin_domain: str | None,
        load_balancer: elb.IApplicationLoadBalancer | str | None,
    ) -> cloudfront.BehaviorOptions:
        if content is not None:
            return bucket_behavior(content, self.headers)
        domain = origin_domain or ""
        if load_balancer is None:
            return server_behavior(public_server(domain), self.headers)
        arn = load_balancer if isinstance(load_balancer, str) else load_balancer.load_balancer_arn
        origin, self.vpc_origin = private_server(self, domain, arn)
        return server_behavior(origin, self.headers)

    def _acknowledge_every_country(self) -> None:
        acknowledge(
            self.distribution,
            {
                "AwsSolutions-CFR1": (
                    "who is served is the application's to say (countries); the web ACL blocks "
                    "addresses of bad reputation and too many requests from anywhere"
                )
            },
        )


def _controls(*, content: bool) -> list[str]:
    always = ["CloudFront.3", "CloudFront.5", "CloudFront.6", "CloudFront.7", "CloudFront.8"]
    by_origin = ["CloudFront.1", "CloudFront.13"] if content else ["CloudFront.9", "CloudFront.10"]
    return [*always, *by_origin, "CloudFront.15"]
