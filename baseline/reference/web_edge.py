"""WebEdge: the only door of a web application, in the one Region where CloudFront has its parts."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from constructs import Construct

from baseline.controls.registry import implements
from baseline.edge.distribution import ProtectedDistribution
from baseline.edge.dos_alarms import DosAlarms
from baseline.edge.edge_logs import EdgeLogs
from baseline.edge.web_acl import WebAcl
from baseline.edge.web_acl_choices import Filters
from baseline.primitives.alarm_topic import AlarmTopic
from baseline.reference.checks import check_certificate, check_region


class WebEdge(Construct):
    """CloudFront and its web ACL before a load balancer that has no public address.

    A VPC origin leads from CloudFront into the VPC: nobody reaches the load balancer past web ACL
    and TLS policy, so no secret header has to be kept and rotated. Everything that has to be in
    us-east-1 stands here, so that the application's own Region needs to give one value only, the
    ARN of its load balancer.

    Args:
        scope: parent construct, in a stack of us-east-1.
        id: construct ID.
        domain: name that people use.
        certificate_arn: certificate of that name, in us-east-1.
        load_balancer_arn: the internal load balancer, in any Region of the same account.
        origin_domain: name on the load balancer's certificate; it needs no DNS record.
        addresses: e-mail addresses that hear of alarms.
        filters: what the web ACL filters; AWS's core groups and a rate limit by default.
        count_only: True counts and blocks nothing, for the first days; False by default.
        countries: codes of the only countries that are served; all by default.

    Attributes:
        distribution: the :class:`ProtectedDistribution`; DNS of ``domain`` points to
            ``distribution.distribution.domain_name``.
        web_acl: the :class:`WebAcl`.
        alarms: the :class:`DosAlarms`.

    Raises:
        BaselineError: in another Region than us-east-1, or with a certificate of another.

    Source: Amazon CloudFront Developer Guide, "Restrict access with VPC origins".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain: str,
        certificate_arn: str,
        load_balancer_arn: str,
        origin_domain: str,
        addresses: Sequence[str],
        filters: Filters | None = None,
        count_only: bool = False,
        countries: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        check_region(cdk.Stack.of(self).region)
        check_certificate(certificate_arn, domain)
        self.web_acl = WebAcl(
            self, "WebAcl", web_acl_scope="CLOUDFRONT", filters=filters, count_only=count_only
        )
        self.distribution = ProtectedDistribution(
            self,
            "Front",
            domain_names=[domain],
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", certificate_arn),
            web_acl=self.web_acl,
            log_bucket=EdgeLogs(self, "Logs", distributions=True).bucket,
            origin_domain=origin_domain,
            private_load_balancer=load_balancer_arn,
            countries=countries,
        )
        self.alarms = self._watch(addresses)
        implements(self, capability="private-origin", controls=[])

    def _watch(self, addresses: Sequence[str]) -> DosAlarms:
        topic = AlarmTopic(self, "Alarms", addresses=addresses, display_name="Edge alarms").topic
        alarms = DosAlarms(self, "DosAlarms", topic=topic)
        alarms.watch_web_acl("WebAcl", self.web_acl)
        alarms.watch_distribution("Front", self.distribution.distribution)
        return alarms
