"""AccessAttributes: attributes of people that become session tags, for policies that compare them."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_sso as sso
from constructs import Construct

from baseline.config import quotas
from baseline.errors import BaselineError


class AccessAttributes(Construct):
    """Attributes for access control of an Identity Center instance.

    Each becomes the session tag ``aws:PrincipalTag/<name>`` of everybody who signs in. An identity
    provider may send further ones in its SAML assertion; where both name the same attribute, the
    identity store's value counts. Deleting the stack leaves them on: policies that compare the tags
    would deny everything or, worse, stop denying.

    Args:
        scope: parent construct, in a stack of the account that administers Identity Center.
        id: construct ID.
        instance_arn: ARN of the Identity Center instance.
        attributes: tag key to the attribute of the identity source, such as
            ``${path:enterprise.costCenter}``.

    Attributes:
        resource: the ``CfnInstanceAccessControlAttributeConfiguration``.

    Raises:
        BaselineError: there is none, or there are more than 50.

    Source: IAM Identity Center User Guide, "Enable and configure attributes for access control".
    """

    def __init__(
        self, scope: Construct, id: str, *, instance_arn: str, attributes: Mapping[str, str]
    ) -> None:
        super().__init__(scope, id)
        if not 1 <= len(attributes) <= quotas.ACCESS_CONTROL_ATTRIBUTES:
            raise BaselineError(
                f"attributes has {len(attributes)} entries; give 1 to "
                f"{quotas.ACCESS_CONTROL_ATTRIBUTES}"
            )
        types = sso.CfnInstanceAccessControlAttributeConfiguration
        self.resource = types(
            self,
            "Attributes",
            instance_arn=instance_arn,
            access_control_attributes=[
                types.AccessControlAttributeProperty(
                    key=key, value=types.AccessControlAttributeValueProperty(source=[source])
                )
                for key, source in sorted(attributes.items())
            ],
        )
        self.resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
