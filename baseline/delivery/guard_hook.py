"""GuardHooks: CloudFormation asks the Guard rules before it makes or changes anything."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudformation as cloudformation
from constructs import Construct

from baseline.config.names import Names
from baseline.config.template_validation import TemplateValidation
from baseline.controls.registry import implements
from baseline.delivery.guard_hook_bundles import HookBundle, hook_bundles
from baseline.delivery.guard_hook_store import rules_uri
from baseline.guardrails.roles import CONTROL_TOWER, QUALIFIER, STACK_SETS

OPERATION = {"resource": "RESOURCE", "template": "STACK"}
"""What each part of the rules is shown. Source: schema of AWS::CloudFormation::GuardHook."""

ACTIONS = ("CREATE", "UPDATE")
"""A document of a deletion holds no properties, so every rule that wants one would stop it."""

CDK_TOOLKIT = "CDKToolkit"
CONTROL_TOWER_STACKS = ("AWSControlTower*", "StackSet-AWSControlTower*")


class GuardHooks(Construct):
    """Two hooks with the rules of synthesis: one is asked of each resource, one of each template.

    With ``warn`` a finding stands in the stack's events and the deployment goes on; with ``fail``
    it ends. Deletions are never asked, so a finding stops no deletion and no rollback of a new
    stack. What brings security itself is left out by name and role: stacks of the baseline and of
    Control Tower, the CDK's bootstrap, the deployers, StackSets and break-glass. Cloud Control API
    is left out because hooks that look at it ignore every such filter.

    Args:
        scope: parent construct; once per account and Region.
        id: construct ID.
        names: names of the baseline.
        settings: mode, further exclusions, bucket of reports.
        break_glass_role: name of the emergency role, which no hook stops.

    Attributes:
        hooks: the ``CfnGuardHook`` of each document, ``resource`` and ``template``.

    Source: CloudFormation Hooks User Guide, "Guard Hooks", "CloudFormation Hooks stack level
    filters".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        settings: TemplateValidation,
        break_glass_role: str,
    ) -> None:
        super().__init__(scope, id)
        self.hooks = {
            bundle.document: self._hook(names, settings, bundle, break_glass_role)
            for bundle in hook_bundles()
        }
        implements(self, capability="template-hook", controls=[])

    def _hook(
        self,
        names: Names,
        settings: TemplateValidation,
        bundle: HookBundle,
        break_glass_role: str,
    ) -> cloudformation.CfnGuardHook:
        types = cloudformation.CfnGuardHook
        account = cdk.Aws.ACCOUNT_ID
        hook = types(
            self,
            bundle.document.capitalize(),
            alias=names.guard_hook(bundle.document),
            execution_role=f"arn:{cdk.Aws.PARTITION}:iam::{account}:role/{names.guard_hook_role}",
            failure_mode=settings.hook.upper(),
            hook_status="ENABLED",
            log_bucket=settings.report_bucket,
            rule_location=types.S3LocationProperty(uri=rules_uri(names, bundle)),
            stack_filters=types.StackFiltersProperty(
                # A stack is asked only where neither its name nor its role is left out.
                filtering_criteria="ALL",
                stack_names=types.StackNamesProperty(exclude=_stacks(names, settings)),
                stack_roles=types.StackRolesProperty(
                    exclude=_roles(names, settings, break_glass_role)
                ),
            ),
            target_operations=[OPERATION[bundle.document]],
        )
        # The CDK knows only the other form of this property, which names single targets.
        hook.add_property_override("TargetFilters.Actions", list(ACTIONS))
        return hook


def _stacks(names: Names, settings: TemplateValidation) -> list[str]:
    return [
        f"{names.prefix}-*",
        f"StackSet-{names.prefix}-*",
        CDK_TOOLKIT,
        f"{QUALIFIER}-toolkit",
        *CONTROL_TOWER_STACKS,
        *settings.exclude_stacks,
    ]


def _roles(names: Names, settings: TemplateValidation, break_glass_role: str) -> list[str]:
    anywhere = f"arn:{names.partition}:iam::*:role/"
    return [
        f"{anywhere}cdk-{QUALIFIER}-*",
        f"{anywhere}{STACK_SETS}*",
        f"{anywhere}{CONTROL_TOWER}",
        f"{anywhere}{names.prefix}-*",
        f"{anywhere}{break_glass_role}",
        *settings.exclude_roles,
    ]
