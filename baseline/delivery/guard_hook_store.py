"""RuleStore: the bucket that the hooks of every account read the Guard rules from."""

from __future__ import annotations

from constructs import Construct

from baseline.config.names import Names
from baseline.controls.registry import implements
from baseline.delivery.guard_hook_bundles import FOLDER, HookBundle, hook_bundles
from baseline.primitives.organization_files import OrganizationFiles


class RuleStore(OrganizationFiles):
    """A bucket with the Guard rules, written by the deployment only and read by the organization.

    The name of an object holds the hash of its content. Changed rules are another object, so a
    deployment brings them to all accounts in the order of the StackSet, and an account that is
    behind goes on with the rules of before, which stay.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        names: names of the baseline.

    Source: CloudFormation Template Reference, "AWS::CloudFormation::GuardHook S3Location".
    """

    def __init__(self, scope: Construct, id: str, *, names: Names) -> None:
        super().__init__(
            scope,
            id,
            names=names,
            bucket_name=names.rule_bucket,
            description="Guard rules of the organization's hooks",
            copies="Copies the Guard rules to the bucket of the organization",
            resource_type="Custom::TemplateRules",
            readable=FOLDER,
            folder=FOLDER,
            files={bundle.file: bundle.archive for bundle in hook_bundles()},
        )
        implements(self, capability="template-rules", controls=[])


def rules_uri(names: Names, bundle: HookBundle) -> str:
    """Give where a hook finds its rules."""
    return f"s3://{names.rule_bucket}/{FOLDER}/{bundle.file}"
