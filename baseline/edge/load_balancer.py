"""ProtectedLoadBalancer: HTTPS only, filtered, recorded, and not deleted by mistake."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.controls.registry import implements
from baseline.edge.web_acl import WebAcl
from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge_rule

LOGS = ("access", "connection", "health_check")
"""What the load balancer records: requests, TLS handshakes, and why a target is unhealthy."""

RESPONSE_HEADERS = {
    "routing.http.response.server.enabled": "false",
    "routing.http.response.strict_transport_security.header_value": (
        "max-age=31536000; includeSubDomains"
    ),
    "routing.http.response.x_content_type_options.header_value": "nosniff",
    "routing.http.response.x_frame_options.header_value": "DENY",
}
"""Headers that the load balancer sets where the application does not.

Source: Elastic Load Balancing User Guide for Application Load Balancers, "HTTP header
modification".
"""


class ProtectedLoadBalancer(Construct):
    """An Application Load Balancer behind a web ACL that speaks TLS 1.2 and 1.3 only.

    Requests with malformed headers are dropped, ambiguous ones refused, plain HTTP is redirected,
    and what nobody routes gets 404. Requests, handshakes and health checks are logged. It is
    internal unless asked otherwise, and deletion is refused. When AWS WAF does not answer,
    requests are refused.

    Args:
        scope: parent construct.
        id: construct ID.
        vpc: the VPC, such as ``HardenedVpc.vpc``.
        security_group: who may come in, such as ``TieredSecurityGroups.load_balancer``; nothing is
            added to it.
        certificate: certificate of the HTTPS listener.
        log_bucket: bucket for the logs, in the same Region, such as ``EdgeLogs.bucket``.
        log_prefixes: False for a bucket that takes logs below ``AWSLogs/`` only, such as the log
            archive's; True by default, a prefix for each kind of log.
        web_acl: the web ACL, of scope ``REGIONAL``; one of its own by default.
        internet_facing: True puts it into public subnets; private ones by default.
        tls_1_3_only: True refuses TLS 1.2; False by default.
        redirect_http: False leaves out the listener on port 80; True by default.
        deletion_protection: False lets it be deleted, before its stack is; True by default.

    Attributes:
        load_balancer: the ``aws_elasticloadbalancingv2.ApplicationLoadBalancer``.
        listener: the HTTPS listener, for ``add_targets`` with a condition.
        web_acl: the :class:`WebAcl`.

    Raises:
        BaselineError: when the web ACL is one of CloudFront.

    Source: Security Hub ELB.1, ELB.4, ELB.5, ELB.6, ELB.12, ELB.13, ELB.16, ELB.17;
    Elastic Load Balancing User Guide for Application Load Balancers, "Load balancer attributes".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        security_group: ec2.ISecurityGroup,
        certificate: acm.ICertificate,
        log_bucket: s3.IBucket,
        log_prefixes: bool = True,
        web_acl: WebAcl | None = None,
        internet_facing: bool = False,
        tls_1_3_only: bool = False,
        redirect_http: bool = True,
        deletion_protection: bool = True,
    ) -> None:
        super().__init__(scope, id)
        subnets = vpc.public_subnets if internet_facing else vpc.private_subnets
        _check(web_acl, subnets, internet_facing=internet_facing)
        self.load_balancer = elb.ApplicationLoadBalancer(
            self,
            "Resource",
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnets=subnets),
            internet_facing=internet_facing,
            security_group=security_group,
            deletion_protection=deletion_protection,
            drop_invalid_header_fields=True,
            desync_mitigation_mode=elb.DesyncMitigationMode.STRICTEST,
        )
        # AWS's default too, which the CDK does not write down.
        self.load_balancer.set_attribute("waf.fail_open.enabled", "false")
        self._log(log_bucket, prefixes=log_prefixes)
        policy = elb.SslPolicy.TLS13_13 if tls_1_3_only else elb.SslPolicy.TLS13_RES
        self.listener = self._listen(certificate, policy)
        if redirect_http:
            self._redirect()
        self.web_acl = web_acl or WebAcl(self, "WebAcl")
        self.web_acl.protect(
            f"Association{self.node.addr[-8:]}", self.load_balancer.load_balancer_arn
        )
        implements(
            self,
            capability="protected-load-balancer",
            controls=_controls(
                redirect_http=redirect_http, deletion_protection=deletion_protection
            ),
        )

    def _log(self, bucket: s3.IBucket, *, prefixes: bool) -> None:
        for kind in LOGS:
            self.load_balancer.set_attribute(f"{kind}_logs.s3.enabled", "true")
            self.load_balancer.set_attribute(f"{kind}_logs.s3.bucket", bucket.bucket_name)
            if prefixes:
                self.load_balancer.set_attribute(f"{kind}_logs.s3.prefix", kind.replace("_", "-"))
        # Load balancers check at once whether they may write.
        if isinstance(bucket, s3.Bucket) and bucket.policy is not None:
            self.load_balancer.node.add_dependency(bucket.policy)

    def _listen(
        self, certificate: acm.ICertificate, policy: elb.SslPolicy
    ) -> elb.ApplicationListener:
        listener = self.load_balancer.add_listener(
            "Https",
            port=443,
            protocol=elb.ApplicationProtocol.HTTPS,
            certificates=[certificate],
            ssl_policy=policy,
            # Who may come in is the security group's to say.
            open=False,
            default_action=elb.ListenerAction.fixed_response(404),
        )
        for key, value in RESPONSE_HEADERS.items():
            listener.set_attribute(key, value)
        return listener

    def _redirect(self) -> None:
        listener = self.load_balancer.add_listener(
            "Http",
            port=80,
            protocol=elb.ApplicationProtocol.HTTP,
            open=False,
            default_action=elb.ListenerAction.redirect(
                protocol="HTTPS", port="443", permanent=True
            ),
        )
        acknowledge_rule(
            listener,
            "ELBv2ACMCertificateRequired",
            "the listener answers plain HTTP with nothing but the way to HTTPS, whose listener has "
            "the certificate",
        )


def _check(
    web_acl: WebAcl | None, subnets: Sequence[ec2.ISubnet], *, internet_facing: bool
) -> None:
    if web_acl is not None and web_acl.web_acl_scope != "REGIONAL":
        raise BaselineError(
            f"web_acl {web_acl.node.path} has scope 'CLOUDFRONT', which protects distributions "
            "only; pass one with scope 'REGIONAL' in the load balancer's Region"
        )
    if len(subnets) < 2:  # noqa: PLR2004 - one zone is no availability
        tier = "public" if internet_facing else "private"
        raise BaselineError(
            f"vpc has {len(subnets)} {tier} subnets, a load balancer needs two zones; "
            + ("build the VPC with public_subnets=True" if internet_facing else "name a VPC of two")
        )


def _controls(*, redirect_http: bool, deletion_protection: bool) -> list[str]:
    chosen = {"ELB.1": redirect_http, "ELB.6": deletion_protection}
    always = ["ELB.4", "ELB.5", "ELB.12", "ELB.13", "ELB.16", "ELB.17"]
    return [*(control for control, on in chosen.items() if on), *always]
