"""Conformance packs of AWS managed rules in every account of the organization."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_config as config
from constructs import Construct

from baseline.controls.registry import implements
from baseline.detection.conformance_pack import pack_template, packs
from baseline.detection.managed_rule import ManagedRule
from baseline.errors import BaselineError

Pack = config.CfnOrganizationConformancePack | config.CfnConformancePack


class RootAndIamRules(Construct):
    """A conformance pack of rules about root and IAM users in every account of the organization.

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
        organization: whether every account of the organization gets the pack, or this account
            alone; every account by default.

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
        organization: bool = True,
    ) -> None:
        super().__init__(scope, id)
        self.pack = _pack(
            self,
            "Pack",
            name=name,
            prefix=prefix,
            rules=rules,
            excluded=excluded_accounts,
            organization=organization,
        )
        implements(self, capability="root-and-iam-rules", controls=_controls(rules))


class ResourceRules(Construct):
    """Conformance packs of rules about resources in every account, in one Region.

    An organization's pack reaches the accounts in the Region where it stands, so each governed
    Region has its own. The rules come from one table, or from ``baseline.yaml``; those that
    Security Hub evaluates already are left out by whoever chooses them. What does not fit one
    pack (130 rules, 51,200 bytes) goes on in the next.

    Args:
        scope: parent construct, in a stack of the delegated administrator of
            ``config-multiaccountsetup.amazonaws.com``; the packs reach this stack's Region.
        id: construct ID.
        name: name of the first pack; others are numbered from 2.
        prefix: start of the names of the rules, by which their events are known.
        rules: the rules; at least one.
        excluded_accounts: accounts that get none; none by default.
        organization: whether every account of the organization gets the packs, or this account
            alone; every account by default.

    Attributes:
        packs: the ``aws_config.CfnOrganizationConformancePack``, in order.

    Raises:
        BaselineError: there is no rule, or one name twice.

    Source: AWS Config Developer Guide, "Managing conformance packs across all accounts in your
    organization" and "Service Limits".
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
        organization: bool = True,
    ) -> None:
        super().__init__(scope, id)
        _check(rules)
        self.packs = [
            _pack(
                self,
                "Pack" if number == 1 else f"Pack{number}",
                name=name if number == 1 else f"{name}-{number}",
                prefix=prefix,
                rules=part,
                excluded=excluded_accounts,
                organization=organization,
            )
            for number, part in enumerate(packs(rules, prefix), 1)
        ]
        implements(self, capability="resource-rules", controls=_controls(rules))


def _check(rules: Sequence[ManagedRule]) -> None:
    names = [rule.name for rule in rules]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BaselineError(f"rules has {', '.join(twice)} twice; give each rule its own name")
    if not rules:
        raise BaselineError("rules is empty; a conformance pack has at least one rule")


def _controls(rules: Sequence[ManagedRule]) -> list[str]:
    return list(dict.fromkeys(control for rule in rules for control in rule.controls))


def _pack(
    scope: Construct,
    id: str,
    *,
    name: str,
    prefix: str,
    rules: Sequence[ManagedRule],
    excluded: Sequence[str],
    organization: bool,
) -> Pack:
    template = pack_template(rules, prefix)
    pack: Pack
    if organization:
        pack = config.CfnOrganizationConformancePack(
            scope,
            id,
            organization_conformance_pack_name=name,
            template_body=template,
            excluded_accounts=list(excluded) or None,
        )
    else:
        pack = config.CfnConformancePack(
            scope, id, conformance_pack_name=name, template_body=template
        )
    # Its name is taken once: a failed first deployment must not keep it.
    pack.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
    return pack
