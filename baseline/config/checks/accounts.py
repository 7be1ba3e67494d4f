"""Account IDs, names and places."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config import quotas
from baseline.config.accounts import CoreAccounts
from baseline.config.checks import units
from baseline.config.finding import Finding, Path, dotted
from baseline.config.forms import matches_unit_path
from baseline.config.text import nearest, show
from baseline.config.view import View


def have_their_own_id(view: View) -> Iterator[Finding]:
    """No two accounts, core or member, have the same ID."""
    first: dict[str, Path] = {}
    for account in view.accounts():
        identity = view.get((*account, "id"))
        if not isinstance(identity, str | int) or isinstance(identity, bool):
            continue
        known = first.setdefault(str(identity).zfill(12), account)
        if known != account:
            yield Finding(
                (*account, "id"),
                f"{show(str(identity))} is the ID of {dotted(known)} already; "
                "every account of the baseline is an account of its own",
            )


def stand_in_a_unit(view: View) -> Iterator[Finding]:
    """Every account stands in a unit of the tree, except the management account: in the root."""
    paths = [path for path, _ in units.walk(view)]
    for account in view.accounts():
        where = (*account, "ou")
        path = view.text(*where)
        if account == ("accounts", "management"):
            if view.get(where) is not None:
                yield Finding(where, "the management account stands in the root; remove this key")
        elif (
            view.get(where) is None
            and account[0] == "accounts"
            and account[1] in CoreAccounts.model_fields
        ):
            yield Finding(
                account,
                f"has no ou; name the unit it stands in, such as {_example(paths)}",
                rests_on=(where,),
            )
        elif path is not None and paths and matches_unit_path(path) and path not in paths:
            yield Finding(
                where,
                f"{show(path)} is not a unit of organizational_units{_meant(path, paths)}",
                rests_on=(units.position(path),),
            )


def have_their_own_name(view: View) -> Iterator[Finding]:
    """No member is named like a core account."""
    roles = {role.replace("_", "-") for role in CoreAccounts.model_fields}
    for name in view.keys("members"):
        if name in roles:
            yield Finding(
                ("members", name), "is the name of a core account; give the member another"
            )


def are_few_enough_to_create(view: View) -> Iterator[Finding]:
    """Few enough members lack an ID for CloudFormation to create them in one deployment."""
    created = [
        name
        for name in view.keys("members")
        if view.keys("members", name) and view.get(("members", name, "id")) is None
    ]
    limit = quotas.CREATED_ACCOUNTS_PER_CONFIGURATION
    if len(created) > limit:
        yield Finding(
            ("members", created[limit]),
            f"is member {len(created[: limit + 1])} without an id, of {len(created)}; at most {limit} are created in one "
            "configuration: deploy, enter the new IDs, then add more",
        )


def _meant(path: str, paths: list[str]) -> str:
    leaf = path.rsplit("/", maxsplit=1)[-1]
    same = [known for known in paths if known.rsplit("/", maxsplit=1)[-1] == leaf]
    near = same[0] if len(same) == 1 else nearest(path, paths)
    return f"; did you mean '{near}'?" if near else "; add it there"


def _example(paths: list[str]) -> str:
    return paths[0] if paths else "Security"
