"""ProtectedZone: a public hosted zone whose queries are on record."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_route53 as route53
from constructs import Construct

from baseline.controls.registry import implements
from baseline.edge.web_acl_choices import GLOBAL_REGION
from baseline.errors import BaselineError
from baseline.network.network_logs import NetworkLogGroup

PREFIX = "/aws/route53/"
"""Start of the names of the groups that Route 53 logs to, by AWS's recommendation: one resource
policy covers them."""

SERVICE = "route53.amazonaws.com"


class ProtectedZone(Construct):
    """A public hosted zone that logs who asked for which name, for a year, encrypted.

    Queries for names that do not exist show a search for forgotten hosts, and a flood of them an
    attack on the zone. The zone stays when its stack is deleted: its name servers are known to
    the registrar and to nobody else.

    Args:
        scope: parent construct, in a stack of us-east-1, where Route 53 logs to.
        id: construct ID.
        name: name of the zone, such as ``example.com``.

    Attributes:
        zone: the ``aws_route53.PublicHostedZone``.
        log_group: the log group.

    Raises:
        BaselineError: the stack is not in us-east-1.

    Source: Security Hub Route53.2; Amazon Route 53 Developer Guide, "Public DNS query logging".
    """

    def __init__(self, scope: Construct, id: str, *, name: str) -> None:
        super().__init__(scope, id)
        check_global(self, "query logs of Route 53")
        self.log_group = NetworkLogGroup(
            self, "Logs", name=f"{PREFIX}{name}", retention=logs.RetentionDays.ONE_YEAR
        ).log_group
        policy = self._admit_route53()
        group_arn = cdk.Stack.of(self).format_arn(
            service="logs",
            resource="log-group",
            resource_name=self.log_group.log_group_name,
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        self.zone = route53.PublicHostedZone(
            self, "Resource", zone_name=name, query_logs_log_group_arn=group_arn
        )
        self.zone.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        # Route 53 writes a test record at once.
        self.zone.node.add_dependency(policy)
        implements(self, capability="protected-zone", controls=["Route53.2"])

    def _admit_route53(self) -> logs.ResourcePolicy:
        stack = cdk.Stack.of(self)
        zones = f"arn:{stack.partition}:route53:::hostedzone/*"
        return logs.ResourcePolicy(
            self,
            "LogPolicy",
            policy_statements=[
                iam.PolicyStatement(
                    sid="QueryLogs",
                    principals=[iam.ServicePrincipal(SERVICE)],
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[self.log_group.log_group_arn],
                    conditions={
                        "StringEquals": {"aws:SourceAccount": stack.account},
                        "ArnLike": {"aws:SourceArn": zones},
                    },
                )
            ],
        )


def check_global(scope: Construct, what: str) -> None:
    """Raise for what AWS keeps in us-east-1, in a stack of another Region.

    Raises:
        BaselineError: names the Region.
    """
    region = cdk.Stack.of(scope).region
    if cdk.Token.is_unresolved(region) or region != GLOBAL_REGION:
        where = "a stack without a Region" if cdk.Token.is_unresolved(region) else repr(region)
        raise BaselineError(
            f"{scope.node.path} is in {where}; {what} are in {GLOBAL_REGION!r}, put it into a "
            "stack there"
        )
