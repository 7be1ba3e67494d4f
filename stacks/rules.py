"""AWS Config rules of every account, after the members have their recorders."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration
from baseline.config.names import Names
from baseline.detection.config_rules import ResourceRules, RootAndIamRules
from baseline.detection.rule_choice import resource_rules_of, rules_of


class RulesStack(cdk.Stack):
    """The conformance packs of a governed Region, in the security account.

    A stack of its own: a rule needs a recorder in each account, which the members get after the
    stack `security`. Rules about root and IAM users stand in the home Region only.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        env: cdk.Environment,
        synthesizer: cdk.IStackSynthesizer | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: AWS Config rules",
            env=env,
            synthesizer=synthesizer,
        )
        excluded = configuration.capabilities.config.excluded_accounts
        region = str(env.region)
        about_people = rules_of(configuration) if region == configuration.home_region else []
        if about_people:
            RootAndIamRules(
                self,
                "RootAndIam",
                name=names.rule_pack,
                prefix=names.prefix,
                rules=about_people,
                excluded_accounts=excluded,
                organization=not names.standalone,
            )
        about_resources = resource_rules_of(configuration, region)
        if about_resources:
            ResourceRules(
                self,
                "Resources",
                name=names.resource_rule_pack,
                prefix=names.prefix,
                rules=about_resources,
                excluded_accounts=excluded,
                organization=not names.standalone,
            )


def has_rules_in(configuration: Configuration, region: str) -> bool:
    """Tell whether a Region gets a stack of rules: CloudFormation takes no empty one."""
    home = region == configuration.home_region
    return bool(resource_rules_of(configuration, region) or (home and rules_of(configuration)))
