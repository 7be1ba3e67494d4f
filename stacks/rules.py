"""AWS Config rules of every account, after the members have their recorders."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration
from baseline.config.names import Names
from baseline.detection.config_rules import RootAndIamRules
from baseline.detection.managed_rules import ManagedRule, managed_rules, missing_rules


class RulesStack(cdk.Stack):
    """The conformance pack about root and IAM users, in the security account.

    A stack of its own: a rule needs a recorder in each account, which the members get after the
    stack `security`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        rules: Sequence[ManagedRule],
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: AWS Config rules about root and IAM users",
            env=env,
        )
        RootAndIamRules(
            self,
            "RootAndIam",
            name=names.rule_pack,
            prefix=names.prefix,
            rules=rules,
            excluded_accounts=configuration.capabilities.config.excluded_accounts,
        )


def rules_of(configuration: Configuration) -> list[ManagedRule]:
    """Give the rules that a configuration wants beside those of Security Hub."""
    capabilities = configuration.capabilities
    if not capabilities.config.enabled or capabilities.config.root_and_iam_rules == "none":
        return []
    keys = configuration.credentials.access_keys
    rules = managed_rules(key_age_days=keys.rotate_after_days, unused_days=keys.unused_after_days)
    if capabilities.config.root_and_iam_rules == "all":
        return list(rules)
    hub = capabilities.security_hub
    return list(missing_rules(rules, hub.standards if hub.enabled else ()))


def members_tell_of_rules(configuration: Configuration) -> bool:
    """Tell whether members forward failures of the rules: Security Hub does where it is on."""
    return not configuration.capabilities.security_hub.enabled and bool(rules_of(configuration))
