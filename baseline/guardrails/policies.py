"""The construct that makes the organization policies of a configuration."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_organizations as organizations
from constructs import Construct

from baseline.config import Configuration
from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.guardrails.composition import ACCOUNT, ROOT, Target
from baseline.guardrails.model import PolicyType
from baseline.guardrails.packing import PackedPolicy
from baseline.guardrails.service_policies import controls_met
from baseline.guardrails.verification import verified
from baseline.organization.protection import PROTECTED_KEY, PROTECTED_VALUE
from baseline.primitives.acknowledge import acknowledge

NEWER_TYPE = "CloudFormation's schema of October 2026 has the type; the one inside the CDK's validator is older"


class OrganizationPolicies(Construct):
    """Every organization policy of a configuration, attached where the configuration says.

    Guardrails of a unit are attached to that unit; accounts and units below inherit them. Policies
    that configure services (GuardDuty) are attached to the root. A policy survives the deletion of
    the stack and its own removal from the template (DeletionPolicy Retain): deleting a stack never
    opens the organization. A guardrail that is taken out of a unit leaves the unit's policy; when
    the last one of a policy is taken out, the policy stays attached until somebody detaches it.

    Policies are made one after the other: Organizations refuses changes made at the same time.

    Args:
        scope: parent construct, in a stack of the management account.
        id: construct ID.
        configuration: the validated baseline.yaml.
        unit_ids: path of each unit to its ID, a token where the unit is made by another stack.
        account_ids: name of each account to its ID, likewise; by default those that the
            configuration gives.

    Raises:
        BaselineError: an unknown guardrail, a quota exceeded, a unit without ID, a proof of the
            configuration's own guardrails that fails, or guardrails that would stop the baseline's
            own roles; all of them, one on a line.

    Attributes:
        targets: the units and the root with their guardrails and packed policies.
        policies: the resources, by policy name.

    Source: AWS Organizations User Guide, "Managing organization policies"; CloudFormation,
        AWS::Organizations::Policy.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        unit_ids: Mapping[str, str],
        account_ids: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.targets = verified(configuration)
        ids = {**unit_ids, ROOT: configuration.organization.root_id}
        ids |= {f"{ACCOUNT}{name}": value for name, value in (account_ids or {}).items()}
        self.policies: dict[str, organizations.CfnPolicy] = {}
        for target in self.targets:
            for policy in target.policies:
                self._add(target, policy, ids)
        for capability, controls in _claims(self.targets).items():
            implements(self, capability=capability, controls=controls)

    def _add(self, target: Target, policy: PackedPolicy, ids: Mapping[str, str]) -> None:
        """Make one policy, after the one before it."""
        if target.path not in ids:
            what = "" if target.path.startswith(ACCOUNT) else "organizational unit "
            raise BaselineError(f"{what}{target.path} has no ID to attach policies to")
        resource = organizations.CfnPolicy(
            self,
            f"{_construct_id(target.path)}{policy.type.short.capitalize()}{policy.number}",
            name=policy.name,
            type=policy.type.value,
            description=policy.description,
            content=policy.content,
            target_ids=[ids[target.path]],
            # The delegation policy gives nobody anything on a policy with this tag.
            tags=[cdk.CfnTag(key=PROTECTED_KEY, value=PROTECTED_VALUE)],
        )
        if policy.type is PolicyType.GUARDDUTY:
            acknowledge(resource, {"CloudFormation-Validate::W3030": NEWER_TYPE})
        # Its name is unique in the organization: a failed first deployment must not keep it.
        resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        if self.policies:
            resource.add_resource_dependency(list(self.policies.values())[-1])
        self.policies[policy.name] = resource


def _construct_id(path: str) -> str:
    """Give a unit's part of a construct ID: its path, which names it in the configuration."""
    return "".join(part[:1].upper() + part[1:] for part in path.replace("/", "-").split())


def _claims(targets: tuple[Target, ...]) -> dict[str, list[str]]:
    """Give capability to controls: a policy that configures a service meets controls by itself.

    A guardrail that denies keeps a control met that something else meets, so it claims none.
    """
    return {
        f"guardrail-{rendered.guardrail.id}": []
        if rendered.content is None
        else controls_met(rendered.content)
        for target in targets
        for rendered in target.guardrails
    }
