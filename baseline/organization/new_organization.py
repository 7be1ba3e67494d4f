"""NewOrganization: an organization and its core accounts, before there is a configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_organizations as organizations
from constructs import Construct

from baseline.config.checks import mail
from baseline.config.finding import dotted
from baseline.config.forms import MEMBER_NAME_PATTERN, ROOT_EMAIL_PATTERN
from baseline.config.view import View
from baseline.controls.registry import implements
from baseline.errors import BaselineError


class NewOrganization(Construct):
    """An organization with all features, and accounts under its root, created one after another.

    For a company that has neither. Deploy it once, in the account that is to manage the
    organization, and write the IDs from the outputs into ``baseline.yaml``: from then on the
    baseline adopts what is here. Nothing of it is deleted with the stack.

    Args:
        scope: parent construct, in a stack of the account that becomes the management account.
        id: construct ID.
        email_domains: mail domains of the company.
        accounts: account name to root e-mail address, which belongs to one of the domains.

    Attributes:
        organization: the ``CfnOrganization``.
        accounts: name to ``CfnAccount``.

    Raises:
        BaselineError: an address is none of the company's or is used twice, or a name or address
            has a form that AWS refuses; all problems, one on a line.

    Source: CloudFormation Template Reference, "AWS::Organizations::Organization" and
    "AWS::Organizations::Account"; docs/adr/0004-organization-before-configuration.md.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        email_domains: Sequence[str],
        accounts: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id)
        _check(email_domains, accounts)
        self.organization = organizations.CfnOrganization(self, "Organization", feature_set="ALL")
        self.organization.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        self._tell("OrganizationId", self.organization.attr_id, "organization.id")
        self._tell("RootId", self.organization.attr_root_id, "organization.root_id")
        self.accounts: dict[str, organizations.CfnAccount] = {}
        for name, email in accounts.items():
            self._create(name, email)
        implements(self, capability="new-organization", controls=["Account.2"])

    def _create(self, name: str, email: str) -> None:
        before: list[cdk.CfnResource] = [self.organization, *self.accounts.values()]
        account = organizations.CfnAccount(self, name, account_name=name, email=email)
        account.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        account.add_resource_dependency(before[-1])
        self.accounts[name] = account
        self._tell(f"{name}-id", account.attr_account_id, f"accounts.{name.replace('-', '_')}.id")

    def _tell(self, id: str, value: str, key: str) -> None:
        cdk.CfnOutput(
            self, id, value=value, description=f"Write this under {key} of the configuration"
        )


def _check(email_domains: Sequence[str], accounts: Mapping[str, str]) -> None:
    view = View(
        {
            "organization": {"email_domains": list(email_domains)},
            "accounts": {name: {"email": email} for name, email in accounts.items()},
        }
    )
    checks = (
        mail.domains_are_corporate,
        mail.root_addresses_are_unique,
        mail.addresses_are_corporate,
    )
    problems = [
        f"{dotted(finding.path)}: {finding.message}" for check in checks for finding in check(view)
    ]
    if not email_domains:
        problems.append("email_domains: is empty; name the mail domains of the company")
    for name, email in accounts.items():
        if not re.fullmatch(MEMBER_NAME_PATTERN, name):
            problems.append(f"account name {name!r} has no form that the baseline takes")
        if not re.fullmatch(ROOT_EMAIL_PATTERN, email):
            problems.append(f"accounts.{name}.email: {email!r} is not an e-mail address")
    if problems:
        raise BaselineError("\n".join(problems))
