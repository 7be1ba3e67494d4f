"""One set of CloudFormation Guard rules: for syntheses, for template files, for the organization's hook."""

from baseline.delivery.template_validation.files import FileFinding, validate_files
from baseline.delivery.template_validation.plugin import template_rules_plugin
from baseline.delivery.template_validation.rule_set import (
    TemplateRule,
    one_source,
    rule_sources,
    template_rules,
)

__all__ = [
    "FileFinding",
    "TemplateRule",
    "one_source",
    "rule_sources",
    "template_rules",
    "template_rules_plugin",
    "validate_files",
]
