"""PatchBaselines: which patches are approved, after how many days, by operating system."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from baseline.config import Names
from baseline.config.patching import ApprovalRule, PatchBaseline, Patching, System, systems
from baseline.controls.registry import implements
from baseline.errors import BaselineError

WINDOWS = "windows"


class PatchBaselines(Construct):
    """A patch baseline for each operating system, which is the account's default.

    Security patches are approved, the worst first: AWS's own baselines leave out what is less than
    important, and give no missing patch a severity. A rejected patch is not installed as a
    dependency either. A Windows machine that lacks a security update which is not approved yet
    counts as noncompliant; AWS has this for Windows only.

    Deleting the stack leaves the baselines, because they are defaults of the account.

    Args:
        scope: parent construct; once per account and Region.
        id: construct ID.
        names: names of the baseline.
        settings: operating systems, and what differs for them.

    Attributes:
        baselines: the ``CfnPatchBaseline`` by name of the operating system.

    Raises:
        BaselineError: an operating system is unknown.

    Source: AWS Systems Manager User Guide, "Predefined and custom patch baselines"; Systems Manager
    API Reference, "CreatePatchBaseline".
    """

    def __init__(self, scope: Construct, id: str, *, names: Names, settings: Patching) -> None:
        super().__init__(scope, id)
        chosen = {name: _known(name) for name in settings.operating_systems}
        self.baselines: dict[str, ssm.CfnPatchBaseline] = {}
        for name, system in chosen.items():
            own = settings.baselines.get(name, PatchBaseline())
            self.baselines[name] = self._create(names.patch_baseline(name), name, system, own)
        implements(self, capability="patch-baselines", controls=["SSM.2"])

    def _create(
        self, physical_name: str, name: str, system: System, own: PatchBaseline
    ) -> ssm.CfnPatchBaseline:
        types = ssm.CfnPatchBaseline
        baseline = types(
            self,
            "".join(part.title() for part in name.split("-")),
            name=physical_name,
            description=f"Security baseline: patches of {name}",
            operating_system=system.name,
            default_baseline=not own.patch_groups,
            patch_groups=list(own.patch_groups) or None,
            approval_rules=types.RuleGroupProperty(
                patch_rules=[_rule(system, rule) for rule in own.rules or system.rules]
            ),
            approved_patches=sorted(own.approved) or None,
            approved_patches_compliance_level="HIGH" if own.approved else None,
            rejected_patches=sorted(own.rejected) or None,
            rejected_patches_action=own.rejected_action,
            available_security_updates_compliance_status=(
                own.available_security_updates if name == WINDOWS else None
            ),
        )
        baseline.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        return baseline


def _rule(system: System, rule: ApprovalRule) -> ssm.CfnPatchBaseline.RuleProperty:
    types = ssm.CfnPatchBaseline
    filters = {"CLASSIFICATION": rule.classifications, system.severity_key: rule.severities}
    return types.RuleProperty(
        approve_after_days=rule.days,
        compliance_level=rule.level,
        patch_filter_group=types.PatchFilterGroupProperty(
            patch_filters=[
                types.PatchFilterProperty(key=key, values=list(values))
                for key, values in filters.items()
                if values
            ]
        ),
    )


def _known(name: str) -> System:
    system = systems().get(name)
    if system is None:
        raise BaselineError(
            f"operating system {name!r} has no patch baseline; name one of {', '.join(systems())}"
        )
    return system
