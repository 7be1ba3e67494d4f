"""PatchScan: every machine is asked daily which patches it lacks."""

from __future__ import annotations

from aws_cdk import aws_ssm as ssm
from constructs import Construct

from baseline.config import Names
from baseline.config.patching import Patching
from baseline.controls.registry import implements
from baseline.patching.command import DOCUMENT, every_machine, output_location

DAILY = "rate(1 day)"
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
            targets=every_machine(),
            parameters={"Operation": ["Scan"]},
            compliance_severity="HIGH",
            max_concurrency=CONCURRENCY,
            max_errors="100%",
            output_location=output_location(names, "scan") if settings.logs else None,
        )
        implements(self, capability="patch-scan", controls=["SSM.2", "SSM.3"])
