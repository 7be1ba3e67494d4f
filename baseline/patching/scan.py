"""PatchScan: every machine is asked daily which patches it lacks."""

from __future__ import annotations

from aws_cdk import aws_ssm as ssm
from constructs import Construct

from baseline.config import Names
from baseline.config.patching import Patching
from baseline.controls.registry import implements
from baseline.patching.logs import patch_log_prefix

DOCUMENT = "AWS-RunPatchBaseline"
DAILY = "rate(1 day)"
ALL_MACHINES = "*"
CONCURRENCY = "20%"


class PatchScan(Construct):
    """Looks for missing patches on every managed machine once a day, and changes none.

    A new machine is scanned as soon as it is managed. A machine that fails stops no other one: its
    association is noncompliant, which is what SSM.3 tells.

    Patch Manager sends what it finds to Security Hub where that is on, SSM.2 rests on it, and the
    inventory's resource data sync brings it to the log archive.

    Args:
        scope: parent construct; once per account and Region.
        id: construct ID.
        names: names of the baseline.
        settings: whether output goes to the log archive.

    Attributes:
        association: the ``CfnAssociation``.

    Source: AWS Systems Manager User Guide, "SSM Command document for patching:
    AWS-RunPatchBaseline", "Understanding when associations are applied to resources"; Security Hub
    SSM.2, SSM.3.
    """

    def __init__(self, scope: Construct, id: str, *, names: Names, settings: Patching) -> None:
        super().__init__(scope, id)
        self.association = ssm.CfnAssociation(
            self,
            "Association",
            name=DOCUMENT,
            association_name=names.patch_scan,
            schedule_expression=DAILY,
            targets=[ssm.CfnAssociation.TargetProperty(key="InstanceIds", values=[ALL_MACHINES])],
            parameters={"Operation": ["Scan"]},
            compliance_severity="HIGH",
            max_concurrency=CONCURRENCY,
            max_errors="100%",
            output_location=output_location(names, "scan") if settings.logs else None,
        )
        implements(self, capability="patch-scan", controls=["SSM.2", "SSM.3"])


def output_location(
    names: Names, operation: str
) -> ssm.CfnAssociation.InstanceAssociationOutputLocationProperty:
    """Give where an association writes the output of an operation: the log archive."""
    types = ssm.CfnAssociation
    return types.InstanceAssociationOutputLocationProperty(
        s3_location=types.S3OutputLocationProperty(
            output_s3_bucket_name=names.session_log_bucket,
            output_s3_key_prefix=patch_log_prefix(operation),
            output_s3_region=names.home_region,
        )
    )
