"""The rules at synthesis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from baseline.delivery.template_validation.rule_set import one_source

if TYPE_CHECKING:
    import aws_cdk as cdk


def template_rules_plugin() -> cdk.CloudFormationValidatePlugin:
    """Give the CDK's own validation plugin with the baseline's Guard rules beside its defaults.

    A finding fails the synthesis::

        cdk.Validations.of(app).add_plugins(template_rules_plugin())

    One that is meant is accepted next to the resource, with a reason::

        cdk.Validations.of(resource).acknowledge(cdk.Acknowledgment(id="OPEN_PORT", reason="..."))

    Source: AWS CDK API Reference, "CloudFormationValidatePlugin"; AWS CloudFormation Guard User Guide.
    """
    # Who validates files or compares assemblies has use for the rules, and none for the CDK.
    import aws_cdk as cdk  # noqa: PLC0415

    return cdk.CloudFormationValidatePlugin(
        guard_rules=[
            cdk.ValidationRuleSource(name=topic, content=text)
            for topic, text in one_source().items()
        ]
    )
