"""Stack `template-rules`: what every account's hooks read (security account, home Region)."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Names
from baseline.delivery.guard_hook_store import RuleStore
from stacks.wiring import Wiring


class TemplateRulesStack(cdk.Stack):
    """The bucket of the Guard rules."""

    def __init__(self, scope: Construct, id: str, *, names: Names, env: cdk.Environment) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: rules of template validation",
            env=env,
        )
        RuleStore(self, "Rules", names=names)


def template_rules(wiring: Wiring) -> list[cdk.Stack]:
    """Create the stack where accounts have hooks; none by default."""
    if not wiring.configuration.template_validation.enabled:
        return []
    return [
        TemplateRulesStack(
            wiring.app,
            "template-rules",
            names=wiring.names,
            env=wiring.env(wiring.names.security),
        )
    ]
