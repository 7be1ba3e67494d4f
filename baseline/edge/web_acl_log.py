"""The log of a web ACL: every request that was judged, without what identifies a person's session."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from baseline.errors import BaselineError
from baseline.network.network_logs import NetworkLogGroup, allow_log_delivery

PREFIX = "aws-waf-logs-"
"""Start of the name of every place that AWS WAF logs to. Source: AWS WAF Developer Guide, "Logging
AWS WAF protection pack (web ACL) traffic"."""

MOST_CHARACTERS = 128
SESSION_HEADERS = ("authorization", "cookie", "x-api-key", "x-amz-security-token")
"""Headers that let their reader act as somebody else."""


class WebAclLog(Construct):
    """Log of a web ACL, to an encrypted log group of its own or to a bucket.

    Args:
        scope: parent construct.
        id: construct ID.
        web_acl_arn: the web ACL.
        bucket: bucket whose name starts with ``aws-waf-logs-``; its policy admits
            ``delivery.logs.amazonaws.com``. A log group by default.
        redacted_headers: headers whose values are not logged.

    Attributes:
        log_group: the log group; None with ``bucket``.
        resource: the ``CfnLoggingConfiguration``.

    Raises:
        BaselineError: when the bucket's name does not start as AWS WAF wants it.

    Source: Security Hub WAF.11; AWS WAF Developer Guide, "Sending web ACL traffic logs to an
    Amazon CloudWatch Logs log group".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        web_acl_arn: str,
        bucket: s3.IBucket | None,
        redacted_headers: Sequence[str],
    ) -> None:
        super().__init__(scope, id)
        check_log_bucket(bucket)
        self.log_group = self._create_group() if bucket is None else None
        self.resource = wafv2.CfnLoggingConfiguration(
            self,
            "Resource",
            resource_arn=web_acl_arn,
            log_destination_configs=[self._destination(bucket)],
            redacted_fields=[
                wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": header})
                for header in redacted_headers
            ],
        )
        self.resource.node.add_dependency(*([self.log_group] if self.log_group else []))

    def _create_group(self) -> logs.LogGroup:
        # The name is AWS WAF's demand; the path makes it unique within account and Region.
        name = cdk.Names.unique_resource_name(
            self, max_length=MOST_CHARACTERS - len(PREFIX), separator="-"
        )
        group = NetworkLogGroup(
            self, "Logs", name=f"{PREFIX}{name}", retention=logs.RetentionDays.ONE_YEAR
        ).log_group
        allow_log_delivery(group)
        return group

    def _destination(self, bucket: s3.IBucket | None) -> str:
        if bucket is not None:
            return bucket.bucket_arn
        # AWS WAF wants the group's ARN without the ":*" that CloudFormation gives.
        return cdk.Stack.of(self).format_arn(
            service="logs",
            resource="log-group",
            resource_name=self.log_group.log_group_name if self.log_group else "",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )


def check_log_bucket(bucket: s3.IBucket | None) -> None:
    """Raise for a bucket that AWS WAF cannot log to.

    Raises:
        BaselineError: names the bucket.
    """
    if bucket is None or cdk.Token.is_unresolved(bucket.bucket_name):
        return
    if not bucket.bucket_name.startswith(PREFIX):
        raise BaselineError(
            f"log_bucket {bucket.bucket_name!r} does not start with {PREFIX!r}, as AWS WAF wants "
            "it; name another, or leave it out for a log group"
        )
