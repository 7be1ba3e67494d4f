"""LandingZone and GovernedUnits: Control Tower in the three modes of the configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import aws_cdk as cdk
from aws_cdk import aws_controltower as controltower
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.config.control_tower import EnabledBaseline, EnabledControl
from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.guardrails.model import RoleClass
from baseline.guardrails.values import roles_of
from baseline.organization.control_tower_manifest import VERSION, manifest
from baseline.organization.control_tower_roles import ControlTowerRoles

AUTO_ENROLL = "INHERITANCE_DRIFT"
BASELINE_IDS: Mapping[str, str] = {"AWSControlTowerBaseline": "17BSJV3IGJ2QSGA2"}
"""Name to the end of the ARN, the same in every Region. Source: AWS CLI, "list-baselines"."""

EXEMPT = (RoleClass.BREAK_GLASS, RoleClass.DEPLOYERS, RoleClass.RESPONDERS, RoleClass.SERVICE_ROLES)
Parameter = controltower.CfnEnabledControl.EnabledControlParameterProperty


class LandingZone(Construct):
    """A Control Tower landing zone 4.0 and the roles that it works with.

    What the baseline does itself (trail, log buckets, Config, backup) is off in the manifest
    unless the configuration names it. The landing zone stays when the stack is deleted: taking
    one down closes Control Tower for every account.

    Args:
        scope: parent construct, in a stack of the management account and home Region.
        id: construct ID.
        configuration: Regions, accounts and ``landing_zone``.
        names: account IDs and home Region.

    Attributes:
        resource: the ``CfnLandingZone``.
        roles: :class:`ControlTowerRoles`.

    Source: CloudFormation Template Reference, "AWS::ControlTower::LandingZone"; AWS Control Tower
    User Guide, "Getting started with AWS Control Tower using APIs".
    """

    def __init__(
        self, scope: Construct, id: str, *, configuration: Configuration, names: Names
    ) -> None:
        super().__init__(scope, id)
        self.roles = ControlTowerRoles(self, "Roles", names=names)
        self.resource = controltower.CfnLandingZone(
            self,
            "Resource",
            version=VERSION,
            manifest=manifest(configuration),
            remediation_types=[AUTO_ENROLL] if configuration.landing_zone.auto_enroll else None,
        )
        self.resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        self.resource.node.add_dependency(self.roles)
        implements(self, capability="landing-zone", controls=[])


class GovernedUnits(Construct):
    """Baselines and controls of Control Tower, enabled on units one after another.

    Control Tower takes few operations at a time, so each waits for the one before, baselines first.
    They stay when they leave the configuration or the stack is deleted: a control that denies is a
    guardrail. Disable one in Control Tower once it is out of the configuration.

    Args:
        scope: parent construct, in a stack of the management account and home Region.
        id: construct ID.
        configuration: ``landing_zone.baselines`` and ``landing_zone.controls``.
        names: organization and account IDs.
        unit_ids: path to ID of the units; tokens where the stack creates them.
        after: what the first of them waits for, such as the landing zone; nothing by default.

    Attributes:
        resources: the ``CfnEnabledBaseline`` and ``CfnEnabledControl``, in their order.

    Raises:
        BaselineError: a baseline or control names a unit that does not exist.

    Source: CloudFormation Template Reference, "AWS::ControlTower::EnabledControl" and
    "AWS::ControlTower::EnabledBaseline"; Control Catalog API Reference, "ControlParameter".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        unit_ids: Mapping[str, str],
        after: cdk.CfnResource | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._configuration, self._names, self._unit_ids = configuration, names, unit_ids
        self._last = after
        self.resources: list[cdk.CfnResource] = []
        for baseline in configuration.landing_zone.baselines:
            for unit in baseline.units:
                self._chain(self._baseline(baseline, unit))
        for control in configuration.landing_zone.controls:
            for unit in control.units:
                self._chain(self._control(control, unit))
        implements(self, capability="control-tower-controls", controls=[])

    def _chain(self, resource: cdk.CfnResource) -> None:
        resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        if self._last is not None:
            resource.add_resource_dependency(self._last)
        self._last = resource
        self.resources.append(resource)

    def _baseline(self, baseline: EnabledBaseline, unit: str) -> controltower.CfnEnabledBaseline:
        ending = BASELINE_IDS.get(baseline.baseline, baseline.baseline)
        access = baseline.identity_center_baseline
        return controltower.CfnEnabledBaseline(
            self,
            f"{baseline.baseline} {_construct_id(unit)}",
            baseline_identifier=(
                f"arn:{self._names.partition}:controltower:{self._names.home_region}"
                f"::baseline/{ending}"
            ),
            baseline_version=baseline.version,
            target_identifier=self._unit_arn(unit),
            parameters=[
                controltower.CfnEnabledBaseline.ParameterProperty(
                    key="IdentityCenterEnabledBaselineArn", value=access
                )
            ]
            if access
            else None,
        )

    def _control(self, control: EnabledControl, unit: str) -> controltower.CfnEnabledControl:
        return controltower.CfnEnabledControl(
            self,
            f"{control.control.rpartition('/')[2]} {_construct_id(unit)}",
            control_identifier=self._control_arn(control.control),
            target_identifier=self._unit_arn(unit),
            parameters=list(self._parameters(control)) or None,
        )

    def _control_arn(self, control: str) -> str:
        partition = self._names.partition
        if control.startswith("arn:"):
            return control
        if control.startswith("AWS-GR_"):
            home = self._names.home_region
            return f"arn:{partition}:controltower:{home}::control/{control}"
        return f"arn:{partition}:controlcatalog:::control/{control}"

    def _unit_arn(self, unit: str) -> str:
        if unit not in self._unit_ids:
            raise BaselineError(
                f"{unit!r} is not an organizational unit that Control Tower can govern; known: "
                f"{', '.join(self._unit_ids)}"
            )
        names = self._names
        return (
            f"arn:{names.partition}:organizations::{names.management}"
            f":ou/{names.organization_id}/{self._unit_ids[unit]}"
        )

    def _parameters(self, control: EnabledControl) -> Iterator[Parameter]:
        principals = list(control.exempted_principals)
        if control.exempt_baseline_roles:
            roles = roles_of(self._configuration)
            principals += [pattern for kind in EXEMPT for pattern in roles.patterns(kind)]
        lists = {
            "AllowedRegions": list(control.allowed_regions),
            "ExemptedActions": list(control.exempted_actions),
            "ExemptedPrincipalArns": list(dict.fromkeys(principals)),
            "ExemptedResourceArns": list(control.exempted_resources),
        }
        for key, values in lists.items():
            if values:
                yield Parameter(key=key, value=values)
        if control.exempt_assume_root:
            yield Parameter(key="ExemptAssumeRoot", value=True)


def _construct_id(unit: str) -> str:
    # A colon stands in no unit's name, so no two paths give the same construct.
    return unit.replace("/", ":")
