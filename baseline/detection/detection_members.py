"""DetectionMembers: every account is a member of each service, and each does what it should."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.config.inspector import InspectorSettings
from baseline.config.regions import code_regions
from baseline.controls.registry import implements
from baseline.detection import detection_permissions as permissions
from baseline.errors import BaselineError
from baseline.settings.account_sweep import AccountSweep
from baseline.settings.sweep_reports import SweepReports

HANDLER = Path(__file__).parent / "handlers" / "detection_members"
SCHEDULE = "cron(30 3 * * ? *)"
MEMORY_MB = 512
INSPECTOR_CONTROLS = {
    "instances": "Inspector.1",
    "images": "Inspector.2",
    "function_code": "Inspector.3",
    "functions": "Inspector.4",
}
INSPECTOR_STATES = {
    "instances": "ec2",
    "images": "ecr",
    "functions": "lambda",
    "function_code": "lambdaCode",
    "repositories": "codeRepository",
}
"""Kind of scan to its name in the answer of BatchGetAccountStatus."""
ENVIRONMENT_LIMIT = 4096
"""Bytes of all environment variables of a function together: AWS Lambda, "Quotas"."""


class DetectionMembers(Construct):
    """Visits every account daily, and each one that joins, and makes it a member in every Region.

    Macie and Detective let new accounts in by themselves, and neither lets in those that were there
    before; nor is there a CloudFormation type for their organization. For the security account
    itself, which administers them, the sweep keeps Macie on, with discovery, with the export to
    the log archive and with publication to Security Hub, and Detective's data packages. Inspector
    is switched on by the organization policy; the sweep keeps the way in which it scans, and tells
    Security Hub what it does not scan in an account. It switches nothing off and removes no
    member: what somebody weakens is repaired the next day.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        configuration: Macie, Detective, Inspector and the governed Regions.
        names: physical names.
        reports: bucket of the reports, shared by all sweeps of a stack.
        alarm_topic: hears of accounts that failed.
        macie_key_arn: key of Macie's results; needed with Macie.

    Attributes:
        sweep: the :class:`AccountSweep`.

    Raises:
        BaselineError: Macie is on without a key, or what is wanted is longer than a function's
            environment may be.

    Source: Security Hub Inspector.1 to Inspector.4, Macie.1, Macie.2; Amazon Macie User Guide, "Managing multiple accounts with
    AWS Organizations"; Amazon Detective User Guide, "Managing accounts".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        reports: SweepReports,
        alarm_topic: sns.ITopic,
        macie_key_arn: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        capabilities = configuration.capabilities
        self.sweep = AccountSweep(
            self,
            "Sweep",
            name=names.membership_sweep,
            description="Members of Macie, Detective and Inspector",
            handler=HANDLER,
            management_account=names.management,
            reports=reports,
            alarm_topic=alarm_topic,
            role_name=names.membership_role,
            bus=names.event_bus,
            schedule=SCHEDULE,
            memory_mb=MEMORY_MB,
            environment={
                "ADMINISTRATOR": names.security,
                "HOME_REGION": names.home_region,
                "REGIONS": ",".join(configuration.regions),
                "WANTED": _environment_text(wanted(configuration, names, macie_key_arn)),
            },
            statements=permissions.statements(configuration, names),
            wildcard_reasons=permissions.wildcard_reasons(configuration, names),
        )
        if capabilities.macie.enabled:
            controls = ["Macie.1", *(["Macie.2"] if capabilities.macie.automated_discovery else [])]
            held = [] if capabilities.macie.excluded_accounts else controls
            implements(self, capability="macie", controls=held)
        if capabilities.detective.enabled:
            implements(self, capability="detective", controls=[])
        if capabilities.inspector.enabled:
            controls = inspector_controls(capabilities.inspector)
            implements(self, capability="inspector", controls=controls)


def wanted(
    configuration: Configuration, names: Names, macie_key_arn: str | None
) -> dict[str, object]:
    """Give what the sweep brings about, by service; a service that is off is not in it.

    Raises:
        BaselineError: Macie is on without a key.
    """
    capabilities = configuration.capabilities
    found: dict[str, object] = {}
    if capabilities.inspector.enabled:
        found["inspector"] = _inspector(configuration, names)
    if capabilities.macie.enabled:
        if macie_key_arn is None:
            raise BaselineError("macie is on without macie_key_arn; pass the key of its results")
        found["macie"] = {
            "discovery": capabilities.macie.automated_discovery,
            "excluded": sorted(capabilities.macie.excluded_accounts),
            "export": {
                "bucketName": names.macie_bucket,
                "expectedBucketOwner": names.log_archive,
                "kmsKeyArn": macie_key_arn,
            },
            "frequency": capabilities.macie.frequency,
            "name_prefix": f"{names.prefix}-",
            "security_hub": capabilities.security_hub.enabled,
        }
    if capabilities.detective.enabled:
        found["detective"] = {
            "excluded": sorted(capabilities.detective.excluded_accounts),
            "packages": sorted(capabilities.detective.packages),
        }
    return found


def inspector_controls(settings: InspectorSettings) -> list[str]:
    """Give the controls that hold where the given scans are on in every account."""
    return [control for scan, control in INSPECTOR_CONTROLS.items() if getattr(settings, scan)]


def _inspector(configuration: Configuration, names: Names) -> dict[str, object]:
    capabilities = configuration.capabilities
    settings, rescans = capabilities.inspector, capabilities.inspector.rescans
    ways: dict[str, object] = {}
    if settings.instances:
        ways["ec2Configuration"] = {"scanMode": settings.instance_scans}
    if settings.images:
        ways["ecrConfiguration"] = {
            "pullDateRescanDuration": rescans.after_pull,
            "pullDateRescanMode": rescans.pull,
            "rescanDuration": rescans.after_push,
        }
    return {
        "accepted": sorted(settings.accepted_gaps),
        "administrator": names.security,
        "code_regions": code_regions(configuration.regions),
        "configuration": ways,
        # The policy is for the root: nobody is left out.
        "excluded": [],
        "paths": list(settings.package_paths),
        "scans": [state for scan, state in INSPECTOR_STATES.items() if getattr(settings, scan)],
        "security_hub": capabilities.security_hub.enabled,
    }


def _environment_text(found: Mapping[str, object]) -> str:
    text = json.dumps(found, separators=(",", ":"))
    if len(text) > ENVIRONMENT_LIMIT // 2:
        raise BaselineError(
            f"settings of macie, detective and inspector take {len(text)} bytes together, the function "
            f"has room for {ENVIRONMENT_LIMIT // 2}; exclude fewer accounts"
        )
    return text
