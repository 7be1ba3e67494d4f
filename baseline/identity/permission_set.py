"""PermissionSet: what a group may do in the accounts it is assigned to, from a file of the catalog."""

from __future__ import annotations

from aws_cdk import aws_sso as sso
from constructs import Construct

from baseline.config.finding import dotted
from baseline.errors import BaselineError
from baseline.identity.permission_set_model import CustomerPolicy, PermissionSetDefinition
from baseline.identity.permission_set_rules import problems
from baseline.primitives.acknowledge import acknowledge


class PermissionSet(Construct):
    """A permission set of IAM Identity Center, within the limits that AWS finds out only at deployment.

    It is checked like a file of the catalog: sizes, actions that exist, and no permission with
    which its holders could become administrators. IAM Identity Center makes a role from it in each
    account it is assigned to, and changes these roles when it changes.

    Args:
        scope: parent construct, in a stack of the account that administers Identity Center.
        id: construct ID.
        instance_arn: ARN of the Identity Center instance.
        definition: name, session, policies; placeholders are filled in.

    Attributes:
        arn: ARN of the permission set.
        resource: the ``CfnPermissionSet``.

    Raises:
        BaselineError: what is wrong with the definition, one line each.

    Source: CloudFormation Template Reference, "AWS::SSO::PermissionSet"; IAM Identity Center User
    Guide, "AWS IAM Identity Center quotas".
    """

    def __init__(
        self, scope: Construct, id: str, *, instance_arn: str, definition: PermissionSetDefinition
    ) -> None:
        super().__init__(scope, id)
        if found := list(problems(definition, {})):
            raise BaselineError(
                "\n".join(
                    f"permission set {definition.name} {dotted(finding.path)}: {finding.message}"
                    for finding in found
                )
            )
        self.resource = sso.CfnPermissionSet(
            self,
            "PermissionSet",
            instance_arn=instance_arn,
            name=definition.name,
            description=definition.description,
            session_duration=definition.session,
            relay_state_type=definition.relay_state,
            managed_policies=list(definition.managed_policies) or None,
            customer_managed_policy_references=[
                _reference(policy) for policy in definition.customer_policies
            ]
            or None,
            permissions_boundary=_boundary(definition),
            inline_policy=definition.document(),
        )
        for key, value in definition.tags.items():
            self.resource.tags.set_tag(key, value)
        if definition.why_everywhere is not None:
            acknowledge(self, {"AwsSolutions-IAM5[Resource::*]": definition.why_everywhere})
        self.arn = self.resource.attr_permission_set_arn


def _reference(
    policy: CustomerPolicy,
) -> sso.CfnPermissionSet.CustomerManagedPolicyReferenceProperty:
    return sso.CfnPermissionSet.CustomerManagedPolicyReferenceProperty(
        name=policy.name, path=policy.path
    )


def _boundary(
    definition: PermissionSetDefinition,
) -> sso.CfnPermissionSet.PermissionsBoundaryProperty | None:
    boundary = definition.boundary
    if boundary is None:
        return None
    return sso.CfnPermissionSet.PermissionsBoundaryProperty(
        managed_policy_arn=boundary.managed_policy,
        customer_managed_policy_reference=_reference(boundary.customer_policy)
        if boundary.customer_policy
        else None,
    )
