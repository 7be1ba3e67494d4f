"""DetectionMembers: every account is a member of Macie and Detective, and both do what they should."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.controls.registry import implements
from baseline.detection import detection_permissions as permissions
from baseline.errors import BaselineError
from baseline.settings.account_sweep import AccountSweep
from baseline.settings.sweep_reports import SweepReports

HANDLER = Path(__file__).parent / "handlers" / "detection_members"
SCHEDULE = "cron(30 3 * * ? *)"
MEMORY_MB = 512
ENVIRONMENT_LIMIT = 4096
"""Bytes of all environment variables of a function together: AWS Lambda, "Quotas"."""


class DetectionMembers(Construct):
    """Visits every account daily, and each one that joins, and makes it a member in every Region.

    Both services let new accounts in by themselves, and neither lets in those that were there
    before; nor is there a CloudFormation type for their organization. For the security account
    itself, which administers both, the sweep keeps Macie on, with discovery, with the export to
    the log archive and with publication to Security Hub, and Detective's data packages. It
    switches nothing off and removes no member: what somebody weakens is repaired the next day.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        configuration: Macie, Detective and the governed Regions.
        names: physical names.
        reports: bucket of the reports, shared by all sweeps of a stack.
        alarm_topic: hears of accounts that failed.
        macie_key_arn: key of Macie's results; needed with Macie.

    Attributes:
        sweep: the :class:`AccountSweep`.

    Raises:
        BaselineError: Macie is on without a key, or what is wanted is longer than a function's
            environment may be.

    Source: Security Hub Macie.1, Macie.2; Amazon Macie User Guide, "Managing multiple accounts with
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
            description="Members of Macie and Detective",
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


def wanted(
    configuration: Configuration, names: Names, macie_key_arn: str | None
) -> dict[str, object]:
    """Give what the sweep brings about, by service; a service that is off is not in it.

    Raises:
        BaselineError: Macie is on without a key.
    """
    capabilities = configuration.capabilities
    found: dict[str, object] = {}
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


def _environment_text(found: Mapping[str, object]) -> str:
    text = json.dumps(found, separators=(",", ":"))
    if len(text) > ENVIRONMENT_LIMIT // 2:
        raise BaselineError(
            f"excluded_accounts of macie and detective take {len(text)} bytes together, the function "
            f"has room for {ENVIRONMENT_LIMIT // 2}; exclude fewer accounts"
        )
    return text
