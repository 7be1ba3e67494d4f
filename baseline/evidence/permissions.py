"""What the scheduled collection may do: read results, add a package, tell of it."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from baseline.config.names import Names
from baseline.primitives.acknowledge import as_printed
from baseline.response.evidence import EvidenceStore
from baseline.settings import sweep_findings
from baseline.settings.sweep_definition import REPORTS_PREFIX
from baseline.settings.sweep_reports import SweepReports

_ARTIFACT = f"arn:{cdk.Aws.PARTITION}:artifact:*::report/*"
_HERE = f"{cdk.Aws.REGION}:{cdk.Aws.ACCOUNT_ID}"
_AGGREGATORS = f"arn:{cdk.Aws.PARTITION}:config:{_HERE}:config-aggregator/*"
_FRAMEWORKS = f"arn:{cdk.Aws.PARTITION}:backup:{_HERE}:framework:*"


def reading_statements(*, fetches_reports: bool) -> list[iam.PolicyStatement]:
    """Give what reads the results of services, and no resource or data of anybody.

    Args:
        fetches_reports: also fetch the reports of AWS Artifact.
    """
    hub = f"arn:{cdk.Aws.PARTITION}:securityhub:{_HERE}:hub/default"
    found = [
        _allow(
            "ReadAggregator",
            [
                "config:DescribeAggregateComplianceByConfigRules",
                "config:DescribeAggregateComplianceByConformancePacks",
                "config:DescribeConfigurationAggregatorSourcesStatus",
                "config:GetAggregateConformancePackComplianceSummary",
                "config:SelectAggregateResourceConfig",
            ],
            [_AGGREGATORS],
        ),
        _allow(
            "ReadSecurityHub",
            [
                "securityhub:DescribeStandardsControls",
                "securityhub:GetEnabledStandards",
                "securityhub:GetFindings",
            ],
            [hub],
        ),
        _allow(
            "ListResults",
            [
                "artifact:ListCustomerAgreements",
                "artifact:ListReports",
                "backup:ListFrameworks",
                "backup:ListReportJobs",
            ],
            ["*"],
        ),
        _allow("ReadFrameworks", ["backup:DescribeFramework"], [_FRAMEWORKS]),
    ]
    if fetches_reports:
        actions = ["artifact:GetReport", "artifact:GetTermForReport"]
        found.append(_allow("FetchReports", actions, [_ARTIFACT]))
    return found


def package_statements(store: EvidenceStore, prefix: str) -> list[iam.PolicyStatement]:
    """Give what adds a package below a prefix and finds those that are there, and reads none."""
    return [
        *store.writing(prefix),
        _allow(
            "FindPackages",
            ["s3:ListBucket"],
            [store.bucket.bucket_arn],
            {"StringLike": {"s3:prefix": [f"{prefix}*"]}},
        ),
    ]


def report_statements(reports: SweepReports) -> list[iam.PolicyStatement]:
    """Give what reads the reports of the jobs of the security account."""
    return [
        _allow(
            "ListOwnReports",
            ["s3:ListBucket"],
            [reports.bucket.bucket_arn],
            {"StringLike": {"s3:prefix": [f"{REPORTS_PREFIX}/*"]}},
        ),
        _allow(
            "ReadOwnReports",
            ["s3:GetObject"],
            [reports.bucket.arn_for_objects(f"{REPORTS_PREFIX}/*")],
        ),
        _allow("DecryptOwnReports", ["kms:Decrypt"], [reports.key.key.key_arn]),
    ]


def wildcard_reasons(names: Names, *, fetches_reports: bool) -> dict[str, str]:
    """Give the reason of each wildcard, by the finding of cdk-nag; those of buckets apart."""
    reasons = {
        as_printed(_AGGREGATORS): "the ID of the aggregator follows from nothing; it is only read",
        as_printed(_FRAMEWORKS): "frameworks are described only, whatever their names",
        sweep_findings.keys_of(names): sweep_findings.KEY_REASON,
    }
    if fetches_reports:
        reasons[as_printed(_ARTIFACT)] = (
            "reports of AWS Artifact belong to AWS and have IDs of their own; they are only fetched"
        )
    return as_findings(reasons)


def as_findings(reasons: dict[str, str]) -> dict[str, str]:
    """Give the findings of cdk-nag for wildcards in resources, by what it prints of them."""
    return {f"AwsSolutions-IAM5[Resource::{arn}]": reason for arn, reason in reasons.items()}


def _allow(
    sid: str,
    actions: list[str],
    resources: list[str],
    conditions: dict[str, dict[str, list[str]]] | None = None,
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid, actions=actions, resources=resources, conditions=conditions or {}
    )
