"""What every account has in each governed Region where templates are validated."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config.names import Names
from baseline.config.template_validation import TemplateValidation
from baseline.delivery.guard_hook import GuardHooks


class MemberHookStack(cdk.Stack):
    """The hooks of one account and Region.

    The same class is the template of a StackSet and an ordinary stack of the management account.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        settings: TemplateValidation,
        break_glass_role: str,
        env: cdk.Environment | None = None,
        synthesizer: cdk.IStackSynthesizer | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: template validation of a Region",
            env=env,
            synthesizer=synthesizer,
        )
        GuardHooks(self, "Hooks", names=names, settings=settings, break_glass_role=break_glass_role)
