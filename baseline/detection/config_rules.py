"""RootAndIamRules: AWS Config watches root users and IAM users where Security Hub does not."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_config as config
from constructs import Construct

from baseline.controls.registry import implements
from baseline.detection.managed_rules import ManagedRule, pack_template


class RootAndIamRules(Construct):
    """A conformance pack of AWS managed rules in every account of the organization.

    Security Hub makes the rules of its standards itself. A rule here beside one of those would
    give a second finding for the same thing and cost a second evaluation, so this pack takes those
    that are missing (``managed_rules.missing_rules``). It stands in one Region: IAM is global, and
    its resources are recorded in the home Region only.

    Each account needs its recorder first, or the pack fails. A new account gets the pack when it
    joins; AWS Config tries for seven hours, in which the member StackSet brings the recorder. The
    pack stays when the stack goes.

    Args:
        scope: parent construct, in a stack of the delegated administrator of
            ``config-multiaccountsetup.amazonaws.com``, home Region.
        id: construct ID.
        name: name of the pack.
        prefix: start of the names of the rules, by which their events are known.
        rules: the rules; at least one.
        excluded_accounts: accounts that get none, such as those without a recorder; none by
            default.

    Attributes:
        pack: the ``aws_config.CfnOrganizationConformancePack``.

    Raises:
        BaselineError: there is no rule.

    Source: AWS Config Developer Guide, "Managing conformance packs across all accounts in your
    organization"; AWS Config API Reference, "PutOrganizationConformancePack".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        prefix: str,
        rules: Sequence[ManagedRule],
        excluded_accounts: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        self.pack = config.CfnOrganizationConformancePack(
            self,
            "Pack",
            organization_conformance_pack_name=name,
            template_body=pack_template(rules, prefix),
            excluded_accounts=list(excluded_accounts) or None,
        )
        # Its name is taken once: a failed first deployment must not keep it.
        self.pack.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        implements(
            self,
            capability="root-and-iam-rules",
            controls=[control for rule in rules for control in rule.controls],
        )
