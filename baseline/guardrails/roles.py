"""The role classes that guardrails exempt: patterns, example roles, and names that imitate them.

A class is spelled as narrowly as the policy language allows: an exact role name without a path,
and bound to one account where the role exists in one account only. The wildcard in a pattern's
role name also matches a slash, so that ``role/stacksets-exec-x/evil`` would be exempt; the
guardrail ``deny-imitated-roles`` closes that gap and comes with every exemption.

Whoever may create a role of an exempt name, change its trust or pass it is exempt too. The guardrail
``protect-exempt-roles`` keeps that to the deployers and break-glass, for every name listed here.

The roles of CloudFormation StackSets' own service (``AWSServiceRoleForCloudFormationStackSets…``)
are service-linked: AWS exempts them, a pattern for them would do nothing.

Source: CloudFormation User Guide, "Grant service-managed permissions" (stacksets-exec-*); Control
Tower User Guide, "AWSControlTowerExecution role"; CDK Developer Guide, "Bootstrapping".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from baseline.guardrails.model import RoleClass

QUALIFIER = "secbase"
"""Qualifier of the CDK bootstrap in the core accounts (cdk.json)."""

STACK_SETS = "stacksets-exec-"
CONTROL_TOWER = "AWSControlTowerExecution"


@dataclass(frozen=True, kw_only=True)
class Roles:
    """The roles of one organization.

    Attributes:
        prefix: Start of the baseline's physical names.
        break_glass: Name of the emergency role, which stands in every account.
        core_accounts: IDs of the core accounts that SCPs bind: all but the management account.
        security_role: Name of the security team's role, which stands in the security account only.
        security_account: ID of the security account.
        network_role: Name of the network team's role, which stands in the network account only.
        network_account: ID of the network account.
        home_region: Home Region, for the examples.
        qualifier: Qualifier of the CDK bootstrap.
        control_tower: Whether Control Tower governs the organization and works in its accounts.
        copies_backups: Whether AWS Backup copies backups across accounts; its role is exempt only
            then.
    """

    prefix: str
    break_glass: str
    core_accounts: tuple[str, ...]
    security_role: str
    security_account: str
    network_role: str
    network_account: str
    home_region: str
    qualifier: str = field(default=QUALIFIER)
    control_tower: bool = False
    copies_backups: bool = False

    def patterns(self, role_class: RoleClass) -> list[str]:
        """Give the ARN patterns of a class, for ``ArnNotLike`` on ``aws:PrincipalArn``."""
        anywhere = "arn:aws:iam::*:role/"
        return {
            RoleClass.BREAK_GLASS: [f"{anywhere}{self.break_glass}"],
            RoleClass.DEPLOYERS: [
                *(
                    f"arn:aws:iam::{account}:role/cdk-{self.qualifier}-*-role-{account}-*"
                    for account in self.core_accounts
                ),
                f"{anywhere}{STACK_SETS}*",
                f"{anywhere}{CONTROL_TOWER}",
            ],
            RoleClass.RESPONDERS: [f"{anywhere}{self.prefix}-responder*"],
            RoleClass.SERVICE_ROLES: [f"{anywhere}{self.prefix}-*"],
            RoleClass.IDENTITY: [f"{anywhere}{self.prefix}-identity"],
            RoleClass.CREDENTIALS: [f"{anywhere}{self.prefix}-credentials"],
            RoleClass.BACKUPS: [f"{anywhere}{self.prefix}-backup"] if self.copies_backups else [],
            RoleClass.SECURITY: [self._bound(self.security_account, self.security_role)],
            RoleClass.NETWORK: [self._bound(self.network_account, self.network_role)],
        }[role_class]

    def protected(self) -> list[str]:
        """Give the ARN patterns of every role that an exemption rests on, whichever its class."""
        anywhere = "arn:aws:iam::*:role/"
        return [
            f"{anywhere}{self.break_glass}",
            f"{anywhere}{STACK_SETS}*",
            f"{anywhere}{CONTROL_TOWER}",
            f"{anywhere}cdk-{self.qualifier}-*",
            f"{anywhere}{self.prefix}-*",
            self._bound(self.security_account, self.security_role),
            self._bound(self.network_account, self.network_role),
        ]

    def imitations(self) -> list[str]:
        """Give the ARN patterns of roles that a path makes look like an exempt one."""
        names = (f"cdk-{self.qualifier}-*", f"{STACK_SETS}*", f"{self.prefix}-*")
        return [f"arn:aws:iam::*:role/{name}/*" for name in names]

    def _bound(self, account: str, name: str) -> str:
        """Give the ARN of a role that stands in one account."""
        return f"arn:aws:iam::{account}:role/{name}"

    def examples(self, role_class: RoleClass, member: str) -> list[str]:
        """Give roles of a class that really exist; ``member`` is the ID of a member account."""
        home, bootstrap, first = self.home_region, f"cdk-{self.qualifier}", self.core_accounts[0]
        return {
            RoleClass.BREAK_GLASS: [f"arn:aws:iam::{member}:role/{self.break_glass}"],
            RoleClass.DEPLOYERS: [
                *(
                    f"arn:aws:iam::{core}:role/{bootstrap}-cfn-exec-role-{core}-{home}"
                    for core in self.core_accounts
                ),
                f"arn:aws:iam::{first}:role/{bootstrap}-deploy-role-{first}-us-east-1",
                f"arn:aws:iam::{member}:role/{STACK_SETS}0123456789abcdef0123456789abcdef",
                f"arn:aws:iam::{member}:role/{CONTROL_TOWER}",
            ],
            RoleClass.RESPONDERS: [f"arn:aws:iam::{member}:role/{self.prefix}-responder"],
            RoleClass.SERVICE_ROLES: [f"arn:aws:iam::{member}:role/{self.prefix}-settings"],
            RoleClass.IDENTITY: [f"arn:aws:iam::{member}:role/{self.prefix}-identity"],
            RoleClass.CREDENTIALS: [f"arn:aws:iam::{member}:role/{self.prefix}-credentials"],
            RoleClass.BACKUPS: [f"arn:aws:iam::{member}:role/{self.prefix}-backup"],
            RoleClass.SECURITY: [self._bound(self.security_account, self.security_role)],
            RoleClass.NETWORK: [self._bound(self.network_account, self.network_role)],
        }[role_class]

    def look_alikes(self, role_class: RoleClass, member: str) -> list[str]:
        """Give roles that imitate a class by path, prefix, suffix, case or account."""
        if role_class is RoleClass.DEPLOYERS:
            return self._deployer_look_alikes(member)
        if not self.patterns(role_class):
            return []
        example = self.examples(role_class, member)[0]
        own, account = example.rpartition("/")[2], example.split(":")[4]
        exact = self.patterns(role_class)[0].endswith(f"/{own}")
        names = [f"x/{own}", f"x{own}", own.swapcase(), f"{own}/x"]
        names += [f"{own}2"] if exact else []
        elsewhere = [self._bound(member, own)] if account != member else []
        return [
            *(f"arn:aws:iam::{account}:role/{name}" for name in names),
            f"arn:aws:iam::{account}:user/{own}",
            *elsewhere,
        ]

    def _deployer_look_alikes(self, member: str) -> list[str]:
        """Give imitations of the CDK's, StackSets' and Control Tower's roles."""
        home, bootstrap = self.home_region, f"cdk-{self.qualifier}-cfn-exec-role"
        names = (
            f"{bootstrap}-{member}-{home}",
            f"x/{STACK_SETS}0123456789abcdef0123456789abcdef",
            f"{STACK_SETS}0123/x",
            f"my-{STACK_SETS}0123",
            f"x/{CONTROL_TOWER}",
            f"{CONTROL_TOWER}/x",
            f"{CONTROL_TOWER}2",
        )
        found = [f"arn:aws:iam::{member}:role/{name}" for name in names]
        for core in self.core_accounts:
            in_core = (
                f"x/{bootstrap}-{core}-{home}",
                f"cdk-{self.qualifier}-x/y-role-{core}-{home}",
                f"cdk-hnb659fds-cfn-exec-role-{core}-{home}",
                f"{bootstrap}-{member}-{home}",
            )
            found += [f"arn:aws:iam::{core}:role/{name}" for name in in_core]
            found.append(f"arn:aws:iam::{member}:role/{bootstrap}-{core}-{home}")
        return found
