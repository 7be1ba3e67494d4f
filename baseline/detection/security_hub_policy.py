"""Configuration policies of Security Hub: what is checked where, from a configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_securityhub as securityhub
from constructs import Construct

from baseline.config import Configuration
from baseline.config.security_hub import (
    ClassPolicy,
    ControlParameter,
    SecurityHubSettings,
    Standard,
    classes_of,
)
from baseline.errors import BaselineError

STANDARDS: Mapping[Standard, str] = MappingProxyType(
    {
        "fsbp": "aws-foundational-security-best-practices/v/1.0.0",
        "cis-5.0": "cis-aws-foundations-benchmark/v/5.0.0",
        "nist-800-53-r5": "nist-800-53/v/5.0.0",
        "pci-4.0.1": "pci-dss/v/4.0.1",
    }
)
"""Names in configuration to the end of the standard's ARN.

Source: AWS Security Hub User Guide, "Standards reference for Security Hub CSPM".
"""

ROOT = "organization"
"""Name of the policy of the organization's root."""

VALUE_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "boolean": "boolean",
        "integer": "integer",
        "double": "double",
        "string": "string",
        "enum": "enum",
        "integers": "integer_list",
        "strings": "string_list",
        "enums": "enum_list",
    }
)
"""Types of a parameter's value to the arguments of ``ParameterValueProperty``."""

Types = securityhub.CfnConfigurationPolicy
Parameters = Mapping[str, Mapping[str, ControlParameter]]


@dataclass(frozen=True, kw_only=True, slots=True)
class HubPolicy:
    """What one configuration policy says.

    Attributes:
        standards: standards to check.
        disabled: controls that are off, with the reason of each; none by default.
        parameters: parameters of controls; those of AWS by default.
    """

    standards: Sequence[Standard]
    disabled: Mapping[str, str] = field(default_factory=dict)
    parameters: Parameters = field(default_factory=dict)


def root_policy(settings: SecurityHubSettings) -> HubPolicy:
    """Give the policy of the organization's root."""
    return HubPolicy(
        standards=settings.standards,
        disabled=settings.disabled_controls,
        parameters=settings.parameters,
    )


def class_policies(settings: SecurityHubSettings) -> dict[str, HubPolicy]:
    """Give the policies of the classes that have one of their own; the others have the root's."""
    return {
        name: _of_class(settings, policy)
        for name, policy in settings.classes.items()
        if policy.differs()
    }


def unit_policies(configuration: Configuration) -> dict[str, str]:
    """Give the units that a policy is associated with, by path: where it is not the parent's.

    A unit inherits the policy of the unit above, in the end that of the root.
    """
    settings = configuration.capabilities.security_hub
    own = class_policies(settings)
    classes = classes_of(
        dict(configuration.walk_units()), classes=settings.classes, core=_core(configuration)
    )
    policies = {path: name if name in own else ROOT for path, name in classes.items()}
    return {
        path: name
        for path, name in policies.items()
        if policies.get(path.rpartition("/")[0], ROOT) != name
    }


def create_policy(
    scope: Construct, id: str, *, name: str, description: str, region: str, policy: HubPolicy
) -> securityhub.CfnConfigurationPolicy:
    """Create a configuration policy; it lists what is off, so whatever is new arrives enabled.

    Args:
        scope: parent construct.
        id: construct ID.
        name: its name in Security Hub.
        description: its description there.
        region: home Region, whose standards are named.
        policy: what it says.

    Raises:
        BaselineError: a parameter has not one value.
    """
    resource = Types(
        scope,
        id,
        name=name,
        description=description,
        configuration_policy=Types.PolicyProperty(
            security_hub=Types.SecurityHubPolicyProperty(
                service_enabled=True,
                enabled_standard_identifiers=[
                    f"arn:{cdk.Stack.of(scope).partition}:securityhub:{region}::standards/{STANDARDS[key]}"
                    for key in policy.standards
                ],
                security_controls_configuration=Types.SecurityControlsConfigurationProperty(
                    security_control_custom_parameters=_parameters(policy.parameters)
                ),
            )
        ),
    )
    # The CDK drops an empty list, but Security Hub wants one of the two lists to be given.
    resource.add_property_override(
        "ConfigurationPolicy.SecurityHub.SecurityControlsConfiguration"
        ".DisabledSecurityControlIdentifiers",
        sorted(policy.disabled),
    )
    if policy.disabled:
        # The policy has no place for them, and an auditor asks.
        resource.add_metadata("DisabledControls", dict(sorted(policy.disabled.items())))
    return resource


def _of_class(settings: SecurityHubSettings, policy: ClassPolicy) -> HubPolicy:
    return HubPolicy(
        standards=settings.standards if policy.standards is None else policy.standards,
        disabled={**settings.disabled_controls, **policy.disabled_controls},
        parameters={
            control: {**settings.parameters.get(control, {}), **policy.parameters.get(control, {})}
            for control in (*settings.parameters, *policy.parameters)
        },
    )


def _core(configuration: Configuration) -> frozenset[str]:
    return frozenset(each.ou for each in configuration.core_accounts().values() if each.ou)


def _parameters(given: Parameters) -> list[Types.SecurityControlCustomParameterProperty]:
    # The recorders use a role of ours: CloudFormation cannot create the service-linked role where
    # it exists. Config.1 would report every account for it.
    own = {"includeConfigServiceLinkedRoleCheck": ControlParameter(boolean=False)}
    found: dict[str, Mapping[str, ControlParameter]] = dict(given)
    found["Config.1"] = {**own, **given.get("Config.1", {})}
    return [
        Types.SecurityControlCustomParameterProperty(
            security_control_id=control,
            parameters={
                name: Types.ParameterConfigurationProperty(
                    value_type="CUSTOM", value=_value(f"{control} {name}", value)
                )
                for name, value in sorted(values.items())
            },
        )
        for control, values in sorted(found.items())
        if values
    ]


def _value(place: str, parameter: ControlParameter) -> Types.ParameterValueProperty:
    given = parameter.given()
    if len(given) != 1:
        raise BaselineError(
            f"parameter {place} has {len(given)} values; give one, under the type of the parameter"
        )
    ((kind, value),) = given.items()
    typed: dict[str, Any] = {VALUE_TYPES[kind]: list(value) if isinstance(value, tuple) else value}
    return Types.ParameterValueProperty(**typed)
