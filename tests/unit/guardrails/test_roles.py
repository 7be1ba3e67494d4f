"""The exempt roles: which names, in which account, and what imitates them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from baseline.config import Configuration
from baseline.config.backups import BackupPolicy, CentralCopies
from baseline.guardrails.composition import compose
from baseline.guardrails.model import RoleClass
from baseline.guardrails.needs import NEEDS
from baseline.guardrails.patterns import arn_expression, compile_expression
from baseline.guardrails.values import roles_of
from baseline.guardrails.verification import refuse_lock_out
from baseline.identity.settings_permissions import settings_statements
from tests.unit.guardrails import harness

MEMBER = "555555555555"
ROLES = replace(harness.world().roles, copies_backups=True)


def matches(pattern: str, arn: str) -> bool:
    return compile_expression(arn_expression(pattern))(arn) is not None


@pytest.mark.parametrize("role_class", list(RoleClass))
def test_every_example_is_exempt_and_its_name_is_protected(role_class: RoleClass) -> None:
    for arn in ROLES.examples(role_class, MEMBER):
        assert any(matches(pattern, arn) for pattern in ROLES.patterns(role_class)), arn
        assert any(matches(pattern, arn) for pattern in ROLES.protected()), arn


@pytest.mark.parametrize("role_class", list(RoleClass))
def test_no_look_alike_is_exempt_but_on_a_path_that_is_denied_everything(
    role_class: RoleClass,
) -> None:
    for arn in ROLES.look_alikes(role_class, MEMBER):
        exempt = any(matches(pattern, arn) for pattern in ROLES.patterns(role_class))
        assert not exempt or any(matches(pattern, arn) for pattern in ROLES.imitations()), arn


@pytest.mark.parametrize(
    ("role_class", "account", "name"),
    [
        (RoleClass.SECURITY, "333333333333", "SecurityOperations"),
        (RoleClass.NETWORK, "444444444444", "NetworkAdmin"),
    ],
)
def test_a_class_of_one_account_is_exempt_in_no_other(
    role_class: RoleClass, account: str, name: str
) -> None:
    assert ROLES.patterns(role_class) == [f"arn:aws:iam::{account}:role/{name}"]
    assert f"arn:aws:iam::{MEMBER}:role/{name}" in ROLES.look_alikes(role_class, MEMBER)


def test_the_names_come_from_the_configuration() -> None:
    example = harness.configuration()
    names = {"security_role": "SecOps", "network_role": "NetOps"}
    settings = example.guardrails.model_copy(update=names)
    roles = roles_of(example.model_copy(update={"guardrails": settings}))
    assert roles.patterns(RoleClass.SECURITY) == ["arn:aws:iam::333333333333:role/SecOps"]
    assert roles.patterns(RoleClass.NETWORK) == ["arn:aws:iam::444444444444:role/NetOps"]
    assert "arn:aws:iam::333333333333:role/SecOps" in roles.protected()


def other_names() -> Configuration:
    example = harness.configuration()
    return example.model_copy(update={"prefix": "acme"})


def test_another_prefix_than_the_bootstraps_locks_nobody_out() -> None:
    example = other_names()
    refuse_lock_out(example, compose(example))


def test_the_settings_role_may_do_whatever_its_own_policy_says() -> None:
    stated = {str(action) for statement in settings_statements() for action in statement.actions}
    assert stated == set(NEEDS[RoleClass.SERVICE_ROLES])


def test_the_role_of_aws_backup_is_exempt_only_where_backups_are_copied() -> None:
    """RDS and EC2 snapshots are shared with the account of the copies."""
    example = harness.configuration()
    assert roles_of(example).patterns(RoleClass.BACKUPS) == []
    backup = BackupPolicy(central=CentralCopies())
    capabilities = example.capabilities.model_copy(update={"backup": backup})
    copying = example.model_copy(update={"capabilities": capabilities})
    assert roles_of(copying).patterns(RoleClass.BACKUPS) == ["arn:aws:iam::*:role/secbase-backup"]
    refuse_lock_out(copying, compose(copying))
