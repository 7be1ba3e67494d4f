"""Rules of AWS Config whose findings AWS Systems Manager Automation repairs by itself."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_config as config
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.controls.registry import implements
from baseline.detection.conformance_pack import description, rule_name
from baseline.detection.managed_rule import ManagedRule
from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge

ATTEMPTS = 3
"""What three attempts do not repair needs a person."""
RETRY_SECONDS = 300
PERCENTAGE = 10
RUN = ("ssm:GetAutomationExecution", "ssm:StartAutomationExecution")


class RepairedRule(Construct):
    """A managed rule and the runbook of AWS that repairs what it finds, three times at most.

    It stands in the members' template instead of a conformance pack: the runbook works with a role
    of the account, and only here CloudFormation puts in the account's ID.

    Args:
        scope: parent construct; once per account and Region, beside the recorder.
        id: construct ID.
        rule: a rule of the table that has a remediation.
        prefix: start of the rule's name.
        role_name: name of the account's :class:`RemediationRole`.

    Attributes:
        rule: the ``CfnConfigRule``.
        remediation: the ``CfnRemediationConfiguration``.

    Raises:
        BaselineError: the rule has no remediation.

    Source: AWS Config Developer Guide, "Remediating Noncompliant Resources with AWS Config";
    AWS Systems Manager Automation Runbook Reference.
    """

    def __init__(
        self, scope: Construct, id: str, *, rule: ManagedRule, prefix: str, role_name: str
    ) -> None:
        super().__init__(scope, id)
        repair = rule.remediation
        if repair is None:
            raise BaselineError(f"{rule.name} has no remediation; nothing repairs it safely")
        self.rule = config.CfnConfigRule(
            self,
            "Rule",
            config_rule_name=rule_name(rule, prefix),
            description=description(rule),
            source=config.CfnConfigRule.SourceProperty(
                owner="AWS", source_identifier=rule.identifier
            ),
            scope=config.CfnConfigRule.ScopeProperty(compliance_resource_types=list(rule.types))
            if rule.types
            else None,
            input_parameters=dict(rule.parameters) or None,
        )
        role = f"arn:{cdk.Aws.PARTITION}:iam::{cdk.Aws.ACCOUNT_ID}:role/{role_name}"
        self.remediation = config.CfnRemediationConfiguration(
            self,
            "Remediation",
            config_rule_name=self.rule.ref,
            target_type="SSM_DOCUMENT",
            target_id=repair.document,
            # A JSON property: the CDK would write structs with small first letters.
            parameters={
                "AutomationAssumeRole": {"StaticValue": {"Values": [role]}},
                repair.parameter: {"ResourceValue": {"Value": "RESOURCE_ID"}},
            },
            automatic=True,
            maximum_automatic_attempts=ATTEMPTS,
            retry_attempt_seconds=RETRY_SECONDS,
            execution_controls=config.CfnRemediationConfiguration.ExecutionControlsProperty(
                ssm_controls=config.CfnRemediationConfiguration.SsmControlsProperty(
                    concurrent_execution_rate_percentage=PERCENTAGE, error_percentage=PERCENTAGE
                )
            ),
        )
        implements(self, capability="repaired-rules", controls=list(rule.controls))


class RemediationRole(Construct):
    """The role with which runbooks repair an account: for Systems Manager, for the chosen rules.

    Args:
        scope: parent construct; once per account.
        id: construct ID.
        role_name: physical name, which the rules name.
        rules: the rules that are repaired; their runbooks' actions are all that it may do.

    Attributes:
        role: the ``aws_iam.Role``.

    Raises:
        BaselineError: a rule has no remediation.

    Source: AWS Systems Manager User Guide, "Create service roles for Automation using IAM".
    """

    def __init__(
        self, scope: Construct, id: str, *, role_name: str, rules: Sequence[ManagedRule]
    ) -> None:
        super().__init__(scope, id)
        lacking = [rule.name for rule in rules if rule.remediation is None]
        if lacking:
            raise BaselineError(f"{', '.join(lacking)} has no remediation; leave it out")
        actions = {
            action for rule in rules if rule.remediation for action in rule.remediation.permissions
        }
        executions = f"arn:{cdk.Aws.PARTITION}:ssm:*:{cdk.Aws.ACCOUNT_ID}:automation-execution/*"
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description="Systems Manager repairs what rules of AWS Config find",
            assumed_by=iam.ServicePrincipal(
                "ssm.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID},
                    "ArnLike": {"aws:SourceArn": executions},
                },
            ),
        )
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Repairs that the configuration names",
            statements=[
                # What fails can be any resource of the account.
                iam.PolicyStatement(sid="Repair", actions=sorted({*actions, *RUN}), resources=["*"])
            ],
            roles=[self.role],
        )
        acknowledge(
            policy,
            {
                "AwsSolutions-IAM5[Resource::*]": (
                    "a rule can find any resource of the account; the actions are those of the "
                    "named runbooks, and only executions of this account's automation may use them"
                )
            },
        )
