"""ServiceManagedStackSet: one template in every account of the organization, new ones included."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from constructs import Construct

from baseline.config.quotas import TEMPLATE_INLINE_BYTES
from baseline.errors import BaselineError
from baseline.network.open_ports import RULE, open_rules

FAILURE_TOLERANCE_PERCENT = 20


class ServiceManagedStackSet(Construct):
    """A template deployed through AWS Organizations, by CloudFormation's own roles.

    Accounts that join get it without a deployment of ours, and keep its resources when they leave.
    All accounts and Regions work at the same time; a fifth of the accounts of a Region may fail (a
    suspended account, say) before the operation stops. The management account is never a target.

    Args:
        scope: parent construct, in a stack of the management account.
        id: construct ID.
        name: name of the StackSet.
        description: what it deploys.
        template: CloudFormation template without macros and assets.
        target_ids: organization root ID or organizational unit IDs.
        regions: Regions to deploy to.
        capabilities: IAM capabilities that the template needs; none by default.
        after: StackSets that each account must have before this one.
        accounts: IDs of the only accounts that get it; every account of the targets by default.
            Accounts that join do not get it then.

    Attributes:
        stack_set: the ``CfnStackSet``.
        arn: its ARN.

    Raises:
        BaselineError: when there are no Regions or targets, the template opens a port of
            administrators to everybody, or is over the inline limit of 51,200 bytes.

    Source: AWS CloudFormation User Guide, "Manage automatic deployments for CloudFormation
    StackSets that use service-managed permissions".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        description: str,
        template: Mapping[str, object],
        target_ids: Sequence[str],
        regions: Sequence[str],
        capabilities: Sequence[str] = (),
        after: Sequence[ServiceManagedStackSet] = (),
        accounts: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        body = _checked_body(name, template, target_ids, regions)
        stack = cdk.Stack.of(self)
        types = cdk.CfnStackSet
        self.stack_set = types(
            self,
            "StackSet",
            stack_set_name=name,
            description=description,
            permission_model="SERVICE_MANAGED",
            call_as="SELF",
            capabilities=list(capabilities) or None,
            template_body=body,
            managed_execution={"Active": True},
            auto_deployment=types.AutoDeploymentProperty(
                enabled=not accounts,
                retain_stacks_on_account_removal=None if accounts else True,
                depends_on=[required.arn for required in after] or None,
            ),
            operation_preferences=types.OperationPreferencesProperty(
                concurrency_mode="SOFT_FAILURE_TOLERANCE",
                failure_tolerance_percentage=FAILURE_TOLERANCE_PERCENT,
                max_concurrent_percentage=100,
                region_concurrency_type="PARALLEL",
            ),
            stack_instances_group=[
                types.StackInstancesProperty(
                    deployment_targets=types.DeploymentTargetsProperty(
                        organizational_unit_ids=list(target_ids),
                        account_filter_type="INTERSECTION" if accounts else None,
                        accounts=list(accounts) or None,
                    ),
                    regions=list(regions),
                )
            ],
        )
        # Ref gives "name:id"; the order of automatic deployments wants the ARN. It is a reference, so
        # this StackSet's own deployment waits as well.
        self.arn: str = stack.format_arn(
            service="cloudformation", resource="stackset", resource_name=self.stack_set.ref
        )


def _checked_body(
    name: str, template: Mapping[str, object], target_ids: Sequence[str], regions: Sequence[str]
) -> str:
    if not regions:
        raise BaselineError(f"StackSet {name} has no Regions; name at least one")
    if not target_ids:
        raise BaselineError(f"StackSet {name} has no targets; name the root or a unit")
    # The aspect that looks at security groups sees a StackSet's template as text.
    for problem in open_rules(template):
        raise BaselineError(
            f"rule {RULE}: the template of StackSet {name} opens {problem}; name your own networks"
        )
    body = json.dumps(template, separators=(",", ":"), sort_keys=True)
    size = len(body.encode())
    if size > TEMPLATE_INLINE_BYTES:
        raise BaselineError(
            f"the template of StackSet {name} has {size} bytes, over the inline limit of "
            f"{TEMPLATE_INLINE_BYTES}; move a part of it to a StackSet of its own"
        )
    return body
