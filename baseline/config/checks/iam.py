"""The ways into the accounts: break-glass and the deploy roles of pipelines."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config.accounts import CoreAccounts
from baseline.config.finding import Finding, Path
from baseline.config.text import show, suggestion
from baseline.config.view import View

BREAK_GLASS: Path = ("break_glass",)
DEPLOY_ROLES: Path = ("iam", "deploy_roles")
KINDS = ("environment", "branch", "tag")
PLATFORM_KINDS = {"github": ("environment", "branch"), "gitlab": ("branch", "tag")}
GITHUB_PARTS = 2


def break_glass_has_somebody(view: View) -> Iterator[Finding]:
    """Somebody may assume the emergency role that the baseline makes."""
    users = view.get((*BREAK_GLASS, "users"))
    roles = view.items(*BREAK_GLASS, "federated_roles")
    made = view.enabled(*BREAK_GLASS, "create")
    if made and isinstance(users, list | tuple) and not users and not roles:
        yield Finding(
            (*BREAK_GLASS, "users"),
            "is empty, and federated_roles too: nobody could assume the emergency role; name two users",
        )


def break_glass_has_a_role_of_its_own(view: View) -> Iterator[Finding]:
    """The emergency role is none of the other roles that guardrails exempt."""
    role = view.text(*BREAK_GLASS, "role")
    prefix = view.text("prefix") or "secbase"
    for key in ("security_role", "network_role"):
        if role is not None and role == view.text("guardrails", key):
            yield Finding((*BREAK_GLASS, "role"), f"{show(role)} is guardrails.{key} already")
    if role is not None and role.startswith(f"{prefix}-"):
        yield Finding(
            (*BREAK_GLASS, "role"),
            f"{show(role)} starts like the roles of the baseline ({prefix}-); choose another name",
        )


def deploy_roles_stand_in_core_accounts(view: View) -> Iterator[Finding]:
    """A deploy role stands in a core account, and not in the management account."""
    core = [name for name in CoreAccounts.model_fields if name != "management"]
    for name in view.keys(*DEPLOY_ROLES):
        place = (*DEPLOY_ROLES, name, "account")
        account = view.text(*place)
        if account == "management":
            yield Finding(
                place,
                "a pipeline enters through another account than the management account, which no "
                "guardrail binds; use shared_services",
            )
        elif account is not None and account not in core:
            yield Finding(
                place, f"{show(account)} is not a core account; {suggestion(account, core)}"
            )


def deploy_roles_name_one_subject(view: View) -> Iterator[Finding]:
    """A deploy role names one repository, and one environment, branch or tag that its platform has."""
    for name in view.keys(*DEPLOY_ROLES):
        place = (*DEPLOY_ROLES, name)
        platform = view.text(*place, "provider") or ""
        given = [kind for kind in KINDS if view.get((*place, kind)) is not None]
        wanted = PLATFORM_KINDS.get(platform)
        if wanted and (len(given) != 1 or given[0] not in wanted):
            yield Finding(
                place,
                f"names {' and '.join(given) or 'no environment, branch or tag'}; a {platform} role "
                f"needs exactly one of {' and '.join(wanted)}, or every run could deploy",
            )
        if platform == "github":
            yield from _of_github(view, place)


def _of_github(view: View, place: Path) -> Iterator[Finding]:
    repository = view.text(*place, "repository")
    if repository is not None and repository.count("/") + 1 > GITHUB_PARTS:
        yield Finding(
            (*place, "repository"), f"{show(repository)} is not owner/repository, as on GitHub"
        )
    if view.get((*place, "host")) is not None:
        yield Finding((*place, "host"), "only a gitlab role has a host; remove it")
