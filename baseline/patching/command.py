"""What scans and installations have in common: document, parameters, targets, schedule, output."""

from __future__ import annotations

from aws_cdk import aws_ssm as ssm

from baseline.config import Names
from baseline.config.patching import PatchWindow
from baseline.patching.logs import patch_log_prefix

DOCUMENT = "AWS-RunPatchBaseline"
ALL_MACHINES = "*"


def every_machine() -> list[ssm.CfnAssociation.TargetProperty]:
    """Give the targets of an association with all managed machines."""
    return [ssm.CfnAssociation.TargetProperty(key="InstanceIds", values=[ALL_MACHINES])]


def weekly(window: PatchWindow) -> str:
    """Give the schedule of a window, as maintenance windows and State Manager read it."""
    return f"cron(0 {window.hour} ? * {window.day[:3].upper()} *)"


def installing(window: PatchWindow) -> dict[str, list[str]]:
    """Give the parameters of the document that install patches."""
    return {"Operation": ["Install"], "RebootOption": [window.reboot]}


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
