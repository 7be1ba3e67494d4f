"""Which organization features the baseline needs, and what each of them is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from baseline.config import Configuration, Names
from baseline.config.delegation import POLICY_TYPES
from baseline.errors import BaselineError

TRUSTED_ACCESS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "access-analyzer.amazonaws.com": "the security account sees what the organization shares with outsiders",
        "account.amazonaws.com": "contacts and Regions of members are set from the management account",
        "backup.amazonaws.com": "the backup policy reaches every account",
        "cloudtrail.amazonaws.com": "one trail records every account",
        "config.amazonaws.com": "the security account aggregates what the recorders see",
        "config-multiaccountsetup.amazonaws.com": "rules and conformance packs reach every account",
        "detective.amazonaws.com": "the security account looks into what accounts did",
        "fms.amazonaws.com": "the security account keeps firewalls before what accounts run",
        "guardduty.amazonaws.com": "the security account administers detectors",
        "iam.amazonaws.com": "root users of members are managed centrally",
        "inspector2.amazonaws.com": "the security account administers vulnerability scans",
        "macie.amazonaws.com": "the security account finds sensitive data in every account",
        "malware-protection.guardduty.amazonaws.com": "GuardDuty scans volumes in every account",
        "resource-explorer-2.amazonaws.com": "the security account finds resources in every account",
        "security-ir.amazonaws.com": "AWS's incident responders see findings of every account",
        "securityhub.amazonaws.com": "the security account administers Security Hub",
        "securitylake.amazonaws.com": "the log archive account collects the logs of every account in a lake",
        "sso.amazonaws.com": "people reach every account through Identity Center",
    }
)
"""Service principals that get trusted access, and why.

AWS RAM and StackSets are missing on purpose: their own calls (``ram_sharing`` and
``stack_sets_access``) give them trusted access and also make the roles that they work with.
Source: AWS Organizations User Guide, "AWS services that you can use with AWS Organizations".
"""

ROOT_FEATURES: Final = ("RootCredentialsManagement", "RootSessions")
"""Source: IAM User Guide, "Centrally manage root access for member accounts"."""

BACKUP_SETTINGS: Final = ("isCrossAccountBackupEnabled", "isMpaEnabled")
"""Settings of AWS Backup for the organization. Source: AWS Backup API Reference,
"UpdateGlobalSettings"."""

REGIONAL_SERVICES: Final = (
    "detective",
    "guardduty",
    "inspector2",
    "macie2",
    "securityhub",
    "securityhubv2",
)
"""Services whose administrator is named in each Region, through the service's own API.

``securityhubv2`` is the new Security Hub, which has an administrator of its own.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class DelegatedAdministrator:
    """An account that administers a service for the organization, in all Regions.

    Attributes:
        service_principal: such as ``config.amazonaws.com``.
        account_id: 12 digits.
    """

    service_principal: str
    account_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RegionalAdministrator:
    """An account that administers a service for the organization, Region by Region.

    Attributes:
        service: one of ``REGIONAL_SERVICES``.
        account_id: 12 digits.
        regions: where.
    """

    service: str
    account_id: str
    regions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureSet:
    """The features to switch on in an organization. Nothing that is on is ever switched off.

    Attributes:
        organization_id: the only organization that is touched.
        root_id: its root.
        trusted_access: service principals that may work in all accounts.
        policy_types: types of organization policies that may be attached.
        delegated_administrators: registered with Organizations.
        regional_administrators: named through the services.
        data_lake_administrator: account that administers Security Lake; none by default.
        backup_settings: settings of AWS Backup that are switched on; none by default.
        firewall_administrator: account that administers Firewall Manager; none by default.
        root_features: central management of root users; both parts by default.
        ram_sharing: AWS RAM may share inside the organization; on by default.
        stack_sets_access: service-managed StackSets; on by default.

    Raises:
        BaselineError: a policy type, root feature, setting or regional service does not exist.
    """

    organization_id: str
    root_id: str
    trusted_access: tuple[str, ...] = ()
    policy_types: tuple[str, ...] = ()
    delegated_administrators: tuple[DelegatedAdministrator, ...] = ()
    regional_administrators: tuple[RegionalAdministrator, ...] = ()
    data_lake_administrator: str | None = None
    backup_settings: tuple[str, ...] = ()
    firewall_administrator: str | None = None
    root_features: tuple[str, ...] = ROOT_FEATURES
    ram_sharing: bool = True
    stack_sets_access: bool = True

    def __post_init__(self) -> None:
        """Check what AWS has a closed list of."""
        _known("policy type", self.policy_types, POLICY_TYPES)
        _known("root feature", self.root_features, ROOT_FEATURES)
        _known("setting of AWS Backup", self.backup_settings, BACKUP_SETTINGS)
        services = [administrator.service for administrator in self.regional_administrators]
        _known("regional service", services, REGIONAL_SERVICES)


def features_of(
    configuration: Configuration, names: Names, *, policy_types: Sequence[str] = ()
) -> FeatureSet:
    """Derive the features that a configuration needs.

    Args:
        configuration: the organization, its Regions and capabilities.
        names: account IDs.
        policy_types: types of the guardrails in use, besides those that are always enabled.

    Raises:
        BaselineError: a policy type does not exist.
    """
    wanted = {*_always_enabled(configuration), *policy_types}
    _known("policy type", sorted(wanted), POLICY_TYPES)
    return FeatureSet(
        organization_id=configuration.organization.id,
        root_id=configuration.organization.root_id,
        trusted_access=tuple(_trusted(configuration)),
        policy_types=tuple(kind for kind in POLICY_TYPES if kind in wanted),
        delegated_administrators=tuple(
            DelegatedAdministrator(service_principal=principal, account_id=account)
            for principal, account in _delegated(configuration, names)
        ),
        regional_administrators=tuple(
            RegionalAdministrator(
                service=service, account_id=names.security, regions=configuration.regions
            )
            for service in _regional(configuration)
        ),
        data_lake_administrator=names.log_archive if _has_lake(configuration) else None,
        backup_settings=tuple(_backup_settings(configuration)),
        firewall_administrator=names.security if _has_firewalls(configuration) else None,
    )


def _always_enabled(configuration: Configuration) -> Iterator[str]:
    yield "SERVICE_CONTROL_POLICY"
    yield "RESOURCE_CONTROL_POLICY"
    if configuration.capabilities.guardduty.enabled:
        yield "GUARDDUTY_POLICY"


def _trusted(configuration: Configuration) -> Iterator[str]:
    capabilities = configuration.capabilities
    needs = {
        "backup.amazonaws.com": capabilities.backup is not None,
        "config.amazonaws.com": capabilities.config.enabled,
        "config-multiaccountsetup.amazonaws.com": capabilities.config.enabled,
        "detective.amazonaws.com": capabilities.detective.enabled,
        "fms.amazonaws.com": _has_firewalls(configuration),
        "guardduty.amazonaws.com": capabilities.guardduty.enabled,
        "inspector2.amazonaws.com": capabilities.inspector.enabled,
        "macie.amazonaws.com": capabilities.macie.enabled,
        "malware-protection.guardduty.amazonaws.com": capabilities.guardduty.enabled
        and capabilities.guardduty.ebs_malware_protection,
        "resource-explorer-2.amazonaws.com": _finds_resources(configuration),
        "security-ir.amazonaws.com": _has_responders(configuration),
        "securityhub.amazonaws.com": capabilities.security_hub.enabled
        or capabilities.unified_security_hub.enabled,
        "securitylake.amazonaws.com": _has_lake(configuration),
        "sso.amazonaws.com": configuration.identity_center.enabled,
    }
    return (principal for principal in TRUSTED_ACCESS if needs.get(principal, True))


def _delegated(configuration: Configuration, names: Names) -> Iterator[tuple[str, str]]:
    yield "access-analyzer.amazonaws.com", names.security
    # Root sessions in member accounts are opened from the security account.
    yield "iam.amazonaws.com", names.security
    if configuration.capabilities.config.enabled:
        yield "config.amazonaws.com", names.security
        yield "config-multiaccountsetup.amazonaws.com", names.security
    if _finds_resources(configuration):
        yield "resource-explorer-2.amazonaws.com", names.security
    if _has_responders(configuration):
        yield "security-ir.amazonaws.com", names.security
    # Reports on the backups of all accounts are delivered to a bucket of the same account only.
    backup = configuration.capabilities.backup
    if backup is not None and backup.audit:
        yield "backup.amazonaws.com", names.log_archive
    # People: one delegate, which the configuration names.
    section = configuration.identity_center
    if section.enabled and section.delegate is not None:
        yield "sso.amazonaws.com", configuration.core_accounts()[section.delegate].id


def _backup_settings(configuration: Configuration) -> Iterator[str]:
    """Give what AWS Backup has to be told in the management account before copies leave accounts."""
    backup = configuration.capabilities.backup
    if backup is None or backup.central is None:
        return
    yield "isCrossAccountBackupEnabled"
    if backup.central.approval_team is not None:
        yield "isMpaEnabled"


def _finds_resources(configuration: Configuration) -> bool:
    return "resource_explorer" not in configuration.account_settings.off


def _has_lake(configuration: Configuration) -> bool:
    return configuration.siem.security_lake is not None


def _has_responders(configuration: Configuration) -> bool:
    return configuration.response.security_incident_response is not None


def _has_firewalls(configuration: Configuration) -> bool:
    return configuration.edge.firewall_manager is not None


def _regional(configuration: Configuration) -> Iterator[str]:
    if configuration.capabilities.detective.enabled:
        yield "detective"
    if configuration.capabilities.guardduty.enabled:
        yield "guardduty"
    if configuration.capabilities.inspector.enabled:
        yield "inspector2"
    if configuration.capabilities.macie.enabled:
        yield "macie2"
    if configuration.capabilities.security_hub.enabled:
        yield "securityhub"
    if configuration.capabilities.unified_security_hub.enabled:
        yield "securityhubv2"


def _known(what: str, given: Sequence[str], known: Sequence[str]) -> None:
    for value in given:
        if value not in known:
            raise BaselineError(f"{what} {value!r} does not exist; AWS has {', '.join(known)}")
