"""The parameter values of the policies that configure services, and which of them are wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pydantic import JsonValue as Json

from baseline.config.inspector import SCANS
from baseline.config.names import Names
from baseline.config.regions import code_regions

if TYPE_CHECKING:
    from baseline.config import Configuration
    from baseline.config.backups import CentralCopies
    from baseline.config.capabilities import Capabilities, GuardDutyPlans
    from baseline.config.organization_policies import TagRule

_AGENTS = ("eks_addon_management", "ec2_agent_management", "ecs_fargate_agent_management")


def wanted(capabilities: Capabilities) -> Iterator[str]:
    """Give the names of the policies that the configuration switches on, for the root."""
    switches = {
        "guardduty-organization": capabilities.guardduty.enabled,
        "ec2-account-attributes": capabilities.ec2_attributes.enabled,
        "s3-public-access-block": capabilities.s3_public_access_block.enabled,
        "ai-services-opt-out": capabilities.ai_opt_out.enabled,
        "inspector-organization": capabilities.inspector.enabled,
        "security-hub-organization": capabilities.unified_security_hub.enabled,
        "daily-backup": capabilities.backup is not None,
        "tag-spelling": bool(capabilities.tags),
    }
    return (name for name, on in switches.items() if on)


def service_values(configuration: Configuration) -> dict[str, Json]:
    """Give the value of every parameter that a policy for a service may declare."""
    capabilities = configuration.capabilities
    regions: Json = list(configuration.regions)
    return {
        **_guardduty(capabilities),
        **_ec2(configuration),
        **_inspector(capabilities, configuration.regions),
        "network_scanning": capabilities.unified_security_hub.network_scanning,
        "has_security_lake": configuration.siem.security_lake is not None,
        "backup_plans": _backup(configuration, regions),
        "tag_rules": {key: _tag(key, rule) for key, rule in capabilities.tags.items()},
    }


def _status(on: bool) -> str:
    """Give a switch as policies write it."""
    return "enabled" if on else "disabled"


def _assign(value: Json) -> dict[str, Json]:
    """Give a value as policies set it."""
    return {"@@assign": value}


def _guardduty(capabilities: Capabilities) -> dict[str, Json]:
    """Give the status of each protection plan, and the blocks of Regions with other plans."""
    settings = capabilities.guardduty
    plans = settings.model_dump(exclude={"regions"})
    return {
        **{f"guardduty_{plan}": _status(on) for plan, on in plans.items()},
        "guardduty_regions": {name: _block(plans) for name, plans in settings.regions.items()},
    }


def _block(plans: GuardDutyPlans) -> Json:
    """Give the block of one Region, which replaces the default block as a whole."""
    features: dict[str, Json] = {
        name: {"status": _assign(_status(on))} for name, on in plans.model_dump().items()
    }
    runtime = {"status": _assign(_status(plans.runtime_monitoring))}
    features["runtime_monitoring"] = {
        **runtime,
        "additional_configuration": {agent: dict(runtime) for agent in _AGENTS},
    }
    return {"foundational": {"status": _assign("enabled")}, **features}


def _ec2(configuration: Configuration) -> dict[str, Json]:
    """Give EC2's account attributes; those not managed have a switch that leaves them out."""
    ec2 = configuration.capabilities.ec2_attributes
    return {
        "serial_console": _status(ec2.serial_console),
        "image_sharing": "unblocked" if ec2.public_images else "block_new_sharing",
        "snapshot_sharing": "unblocked" if ec2.public_snapshots else "block_all_sharing",
        "imdsv2_enforced": _status(ec2.imdsv2_enforced),
        "metadata_hop_limit": str(ec2.metadata_hop_limit),
        "metadata_tags": _status(ec2.metadata_tags),
        "block_vpcs": ec2.vpc_block_public_access is not None,
        "vpc_block_mode": ec2.vpc_block_public_access or "off",
        "vpc_exclusions": _status(ec2.vpc_exclusions),
        "encrypt_vpcs": ec2.vpc_encryption is not None,
        "vpc_encryption_mode": ec2.vpc_encryption or "unmanaged",
        "restrict_images": ec2.allowed_images is not None,
        "allowed_images_state": ec2.allowed_images or "disabled",
        "image_providers": _image_providers(configuration),
    }


def _image_providers(configuration: Configuration) -> list[Json]:
    """Give whose images are allowed: those that are named, and whoever builds the golden ones."""
    named = list(configuration.capabilities.ec2_attributes.image_providers)
    builder = configuration.accounts.shared_services.id
    if configuration.images is not None and builder not in named:
        named.append(builder)
    return [*named]


def _inspector(capabilities: Capabilities, regions: Sequence[str]) -> dict[str, Json]:
    """Give the Regions of each kind of scan; a scan that is off is off in the governed Regions.

    Repositories are scanned where there is something to configure it with; the other Regions are
    in neither list.
    """
    inspector = capabilities.inspector
    found: dict[str, Json] = {}
    for scan in SCANS:
        named: Json = list(code_regions(regions) if scan == "repositories" else regions)
        on = getattr(inspector, scan)
        found[f"inspector_{scan}"] = named if on else []
        found[f"inspector_no_{scan}"] = [] if on else named
    return found


def _backup(configuration: Configuration, regions: Json) -> dict[str, Json]:
    """Give the backup plan, if there is one."""
    backup = configuration.capabilities.backup
    if backup is None:
        return {}
    names = Names.of(configuration)
    lifecycle: dict[str, Json] = {"delete_after_days": _assign(str(backup.delete_after_days))}
    if backup.cold_storage_after_days is not None:
        lifecycle["move_to_cold_storage_after_days"] = _assign(str(backup.cold_storage_after_days))
    rule: dict[str, Json] = {
        "schedule_expression": _assign(backup.schedule),
        "target_backup_vault_name": _assign(backup.vault or names.backup_vault),
        "lifecycle": lifecycle,
    }
    if backup.central is not None:
        rule["copy_actions"] = _copy(backup.central, names)
    selection: Json = {
        "iam_role_arn": _assign(f"arn:aws:iam::$account:role/{backup.role or names.backup_role}"),
        "tag_key": _assign(backup.tag_key),
        "tag_value": _assign(list(backup.tag_values)),
    }
    plan: Json = {
        "regions": _assign(regions),
        "rules": {"daily": rule},
        "selections": {"tags": {"tagged": selection}},
    }
    return {"baseline-daily": plan}


def _copy(central: CentralCopies, names: Names) -> Json:
    """Give the copy into the central vault, of the same Region where none is named."""
    arn = names.central_vault_arn(central.account or names.log_archive, central.region or "$region")
    kept: Json = {"delete_after_days": _assign(str(central.delete_after_days))}
    return {arn: {"target_backup_vault_arn": _assign(arn), "lifecycle": kept}}


def _tag(key: str, rule: TagRule) -> Json:
    """Give the rule of one tag; children may not spell it otherwise."""
    found: dict[str, Json] = {
        "tag_key": {"@@assign": key, "@@operators_allowed_for_child_policies": ["@@none"]}
    }
    for name, values in (
        ("tag_value", rule.values),
        ("enforced_for", rule.enforced_for),
        ("report_required_tag_for", rule.required_for),
    ):
        if values:
            found[name] = _assign(list(values))
    return found
