"""ShieldAdvanced: protections of a subscription that was agreed with who pays for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_shield as shield
from constructs import Construct

from baseline.controls.registry import implements
from baseline.edge.shield_choices import (
    EmergencyContact,
    ProtectedResource,
    check_commitment,
    check_protections,
)
from baseline.edge.shield_support import admit_response_team, call


class ShieldAdvanced(Construct):
    """Shield Advanced protections, with health-based detection and people who are called.

    The subscription itself is bought once for the organization, in the console: CloudFormation
    has no type for it, and the baseline commits nobody. Without a subscription the deployment
    fails and costs nothing. All protections form a group, so that an attack on several resources
    is seen as one.

    Args:
        scope: parent construct, once per account.
        id: construct ID.
        acknowledge_commitment: the price and the term, word for word
            (:data:`~baseline.edge.shield_choices.COMMITMENT`).
        protections: what is protected, by construct ID in PascalCase.
        contacts: whom the Shield Response Team calls; nobody by default. It needs Business or
            Enterprise Support.
        response_team: True lets the Shield Response Team read the protections and change rules of
            web ACLs during an attack; False by default.

    Attributes:
        protections: name to ``CfnProtection``.
        response_role: role of the response team; None by default.

    Raises:
        BaselineError: the commitment is not acknowledged, nothing is protected, or a contact
            could not be called.

    Source: AWS WAF Developer Guide, "AWS Shield Advanced capabilities and options".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        acknowledge_commitment: str,
        protections: Mapping[str, ProtectedResource],
        contacts: Sequence[EmergencyContact] = (),
        response_team: bool = False,
    ) -> None:
        super().__init__(scope, id)
        check_commitment(acknowledge_commitment)
        check_protections(protections, contacts)
        self.protections = {name: self._protect(name, each) for name, each in protections.items()}
        self._group()
        self.response_role = admit_response_team(self) if response_team else None
        if contacts:
            call(self, contacts).node.add_dependency(*self.protections.values())
        implements(self, capability="shield-advanced", controls=[])

    def _protect(self, name: str, resource: ProtectedResource) -> shield.CfnProtection:
        response = None
        if resource.response is not None:
            action = shield.CfnProtection.ActionProperty(
                block={} if resource.response == "BLOCK" else None,
                count={} if resource.response == "COUNT" else None,
            )
            response = shield.CfnProtection.ApplicationLayerAutomaticResponseConfigurationProperty(
                action=action, status="ENABLED"
            )
        return shield.CfnProtection(
            self,
            name,
            name=cdk.Names.unique_resource_name(self, max_length=80, separator="-") + f"-{name}",
            resource_arn=resource.arn,
            health_check_arns=[resource.health_check_arn] if resource.health_check_arn else None,
            application_layer_automatic_response_configuration=response,
        )

    def _group(self) -> None:
        group = shield.CfnProtectionGroup(
            self,
            "Group",
            protection_group_id=cdk.Names.unique_resource_name(self, max_length=36, separator="-"),
            pattern="ALL",
            # The largest of them counts: traffic of a distribution is its origin's too.
            aggregation="MAX",
        )
        group.node.add_dependency(*self.protections.values())
