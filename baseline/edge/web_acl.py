"""WebAcl: what attacks look like does not reach the application, and is on record."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from baseline.controls.registry import implements
from baseline.edge.web_acl_checks import check_filters, check_scope
from baseline.edge.web_acl_choices import Filters, Scope
from baseline.edge.web_acl_log import SESSION_HEADERS, WebAclLog, check_log_bucket
from baseline.edge.web_acl_rules import rules, visibility
from baseline.errors import BaselineError


class WebAcl(Construct):
    """A web ACL with AWS's core rule groups and a rate limit, that blocks and logs.

    Requests that look like an attack, come from addresses of bad reputation, or are too many
    from one address are blocked. Everything is counted in metrics and logged; headers that hold
    a session are redacted in the log, and replaced in the samples of the console too. What AWS
    charges extra for (bots, account takeover and creation, the anti-DDoS group) is asked for by name.

    To roll out, deploy with ``count_only=True``, read in the log what would have been blocked,
    name wanted requests' rules in ``Filters.counted_rules``, then leave ``count_only`` out.

    Args:
        scope: parent construct.
        id: construct ID.
        web_acl_scope: ``REGIONAL`` (default) for load balancers and APIs, ``CLOUDFRONT`` for
            distributions, in a stack of us-east-1 only.
        filters: what is filtered; AWS's core groups and 2,000 requests in five minutes by default.
        count_only: True counts what would be blocked and blocks nothing; False by default.
        log_bucket: bucket for the log, its name starts with ``aws-waf-logs-``; an encrypted log
            group by default.
        redacted_headers: headers whose values are not logged, besides ``authorization``,
            ``cookie``, ``x-api-key`` and ``x-amz-security-token``.

    Attributes:
        resource: the ``CfnWebACL``.
        arn: its ARN.
        web_acl_scope: its scope.
        metric_name: its name in CloudWatch.
        log: the :class:`WebAclLog`.

    Raises:
        BaselineError: when the scope does not fit the Region, a filter or the bucket cannot be.

    Source: Security Hub WAF.10, WAF.11, WAF.12; AWS WAF Developer Guide, "Testing and tuning
    your AWS WAF protections", "Best practices for intelligent threat mitigation".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        web_acl_scope: Scope = "REGIONAL",
        filters: Filters | None = None,
        count_only: bool = False,
        log_bucket: s3.IBucket | None = None,
        redacted_headers: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        region = cdk.Stack.of(self).region
        check_scope(web_acl_scope, region, known=not cdk.Token.is_unresolved(region))
        chosen = filters or Filters()
        check_filters(chosen)
        check_log_bucket(log_bucket)
        headers = _headers(redacted_headers)
        self.web_acl_scope = web_acl_scope
        self.metric_name = cdk.Names.unique_resource_name(self, max_length=128, separator="-")
        self.resource = self._create(chosen, headers, count_only=count_only)
        self.arn = self.resource.attr_arn
        self.log = WebAclLog(
            self, "Log", web_acl_arn=self.arn, bucket=log_bucket, redacted_headers=headers
        )
        implements(self, capability="web-acl", controls=["WAF.10", "WAF.11", "WAF.12"])

    def _create(
        self, filters: Filters, headers: Sequence[str], *, count_only: bool
    ) -> wafv2.CfnWebACL:
        acl = wafv2.CfnWebACL
        regional = self.web_acl_scope == "REGIONAL"
        return acl(
            self,
            "Resource",
            scope=self.web_acl_scope,
            default_action=acl.DefaultActionProperty(allow=acl.AllowActionProperty()),
            rules=rules(filters, count_only=count_only),
            visibility_config=visibility(self.metric_name),
            data_protection_config=acl.DataProtectionConfigProperty(
                data_protections=[
                    acl.DataProtectProperty(
                        action="SUBSTITUTION",
                        field=acl.FieldToProtectProperty(
                            field_type="SINGLE_HEADER", field_keys=list(headers)
                        ),
                    )
                ]
            ),
            # Load balancers drop addresses of low reputation while they are under attack.
            on_source_d_do_s_protection_config=(
                acl.OnSourceDDoSProtectionConfigProperty(
                    alb_low_reputation_mode="ACTIVE_UNDER_DDOS"
                )
                if regional
                else None
            ),
        )

    def protect(self, id: str, resource_arn: str) -> wafv2.CfnWebACLAssociation:
        """Put the web ACL before a load balancer, a stage of a REST API or the like.

        Args:
            id: construct ID, unique on this web ACL.
            resource_arn: the resource, in the web ACL's Region.

        Raises:
            BaselineError: when the web ACL is one of CloudFront, which distributions name
                themselves.
        """
        if self.web_acl_scope != "REGIONAL":
            raise BaselineError(
                f"{self.node.path} has scope 'CLOUDFRONT', which protects distributions only; use "
                "a WebAcl with scope 'REGIONAL' in the resource's Region"
            )
        return wafv2.CfnWebACLAssociation(self, id, resource_arn=resource_arn, web_acl_arn=self.arn)


def _headers(more: Sequence[str]) -> list[str]:
    # AWS WAF does not look at upper and lower case.
    return list(dict.fromkeys([*SESSION_HEADERS, *(header.lower() for header in more)]))
