"""Identity Center: groups, permission sets, and who reaches which account, once and knowingly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path as Folder
from typing import TYPE_CHECKING, Final

from baseline.config import quotas
from baseline.config.accounts import CoreAccounts
from baseline.config.checks import units
from baseline.config.finding import Finding, Path, dotted
from baseline.config.text import show, suggestion
from baseline.config.view import View

if TYPE_CHECKING:
    from baseline.identity.permission_set_model import PermissionSetDefinition

SECTION: Final = "identity_center"
ASSIGNMENTS: Final = (SECTION, "assignments")
MANAGEMENT: Final = (SECTION, "management_assignments")
CUSTOM: Final = (SECTION, "custom_folder")
BUILT_IN: Final = "identity-center"

ATTRIBUTE_KEY: Final = re.compile(r"[\w .:/=+@-]{1,128}")
# Attributes of the identity store, as SCIM names them; with Active Directory, those of the directory
# too. Source: IAM Identity Center User Guide, "Attribute mappings between IAM Identity Center and
# External Identity Providers directory".
STORE_ATTRIBUTE: Final = re.compile(r"\$\{path:[A-Za-z0-9 .\[\]\"-]+\}")
DIRECTORY_ATTRIBUTE: Final = re.compile(r"\$\{(dir|user):[A-Za-z0-9:._-]+\}")


def says_which_instance(view: View) -> Iterator[Finding]:
    """Whoever configures something names the instance and its identity store."""
    given = {key: view.get((SECTION, key)) for key in view.keys(SECTION)}
    # A configuration that was made in Python holds every key, with its default.
    if all(not value or value == BUILT_IN for value in given.values()):
        return
    for key, command in (("instance", "InstanceArn"), ("identity_store", "IdentityStoreId")):
        if view.get((SECTION, key)) is None:
            yield Finding(
                (SECTION,),
                f"has no {key}; `aws sso-admin list-instances` shows it as {command}",
            )


def stands_in_a_governed_region(view: View) -> Iterator[Finding]:
    """The stack is deployed in the Region of the instance."""
    region = view.text(SECTION, "region")
    governed = [name for _, name in view.items("regions")]
    if region is not None and governed and region not in governed:
        yield Finding(
            (SECTION, "region"),
            f"{show(region)} is not one of regions ({', '.join(governed)}); permission sets are "
            "deployed in the Region of the instance, so govern it too",
        )


def groups_come_from_their_source(view: View) -> Iterator[Finding]:
    """Where a directory or an identity provider keeps the groups, none is created beside them."""
    source = view.text(SECTION, "source") or BUILT_IN
    if source == BUILT_IN:
        return
    for name in view.keys(SECTION, "groups"):
        place = (SECTION, "groups", name)
        if view.get((*place, "id")) is None:
            yield Finding(
                place,
                f"has no id, and with source {source} groups are provisioned, not created; "
                "`aws identitystore get-group-id` shows its id",
            )


def groups_have_their_own_id(view: View) -> Iterator[Finding]:
    """No two names stand for the same group."""
    first: dict[str, str] = {}
    for name in view.keys(SECTION, "groups"):
        identity = view.text(SECTION, "groups", name, "id")
        if identity is not None and first.setdefault(identity.lower(), name) != name:
            yield Finding(
                (SECTION, "groups", name, "id"),
                f"{show(identity)} is the ID of {show(first[identity.lower()])} already",
            )


def groups_are_known(view: View) -> Iterator[Finding]:
    """Every assignment names a group of the configuration."""
    known = view.keys(SECTION, "groups")
    for place, name in _named(view, "group"):
        if name not in known:
            yield Finding(
                place,
                f"{show(name)} is not one of {SECTION}.groups; {suggestion(name, known)}",
            )


def permission_sets_are_sound(view: View) -> Iterator[Finding]:
    """Every file of the own folder is a permission set within its limits."""
    folder = view.text(*CUSTOM)
    if not folder:
        return
    from baseline.identity import permission_set_catalog as sets  # noqa: PLC0415

    for problem in sets.read_folder(Folder(folder), _values(view))[1]:
        yield Finding(CUSTOM, problem)


def permission_sets_are_known(view: View) -> Iterator[Finding]:
    """Every permission set that is assigned or asked for has a file."""
    named = [*_named(view, "permission_set"), *view.items(SECTION, "permission_sets")]
    known = {*_definitions(view), *_files(view)} if named else set()
    for place, name in named:
        if name not in known:
            yield Finding(
                place, f"{show(name)} is not a permission set; {suggestion(name, sorted(known))}"
            )


def permission_sets_have_their_own_name(view: View) -> Iterator[Finding]:
    """No two permission sets that are created have the same name, and none is too long."""
    from baseline.identity.permission_set_model import MANAGEMENT as START  # noqa: PLC0415

    known = _definitions(view) if view.keys(SECTION) else {}
    first: dict[str, tuple[str, str]] = {}
    for place, name, managed in _created(view):
        if name not in known:
            continue
        shown = f"{START}{known[name].name}" if managed else known[name].name
        if managed and len(shown) > quotas.PERMISSION_SET_NAME_LENGTH:
            yield Finding(
                place,
                f"is named {show(shown)} in the management account, {len(shown)} characters; a name "
                f"has at most {quotas.PERMISSION_SET_NAME_LENGTH}",
            )
        other = first.setdefault(shown.lower(), (name, shown))
        if other != (name, shown):
            yield Finding(
                place, f"is named {show(shown)}, as {show(other[0])} is; give it another name"
            )


def assignments_have_a_target(view: View) -> Iterator[Finding]:
    """Every assignment reaches something."""
    for place in _entries(view, ASSIGNMENTS):
        if not view.items(*place, "units") and not view.items(*place, "accounts"):
            yield Finding(place, "reaches no account; name units or accounts")


def units_are_known(view: View) -> Iterator[Finding]:
    """Every unit that an assignment names is in the tree."""
    paths = [path for path, _ in units.walk(view)]
    for entry in _entries(view, ASSIGNMENTS):
        for place, path in view.items(*entry, "units"):
            if path not in paths:
                yield Finding(
                    place,
                    f"{show(path)} is not a unit of organizational_units; {suggestion(path, paths)}",
                    rests_on=(units.position(path),),
                )


def accounts_are_known(view: View) -> Iterator[Finding]:
    """Every account that an assignment names has a known ID and is not the management account."""
    known = _account_names(view)
    for entry in _entries(view, ASSIGNMENTS):
        for place, name in view.items(*entry, "accounts"):
            if name == "management":
                yield Finding(
                    place,
                    "the management account has permission sets of its own, which a delegated "
                    f"administrator cannot change; assign them in {dotted(MANAGEMENT)}",
                )
            elif name not in known:
                others = [one for one in known if one != "management"]
                yield Finding(
                    place, f"{show(name)} is not an account here; {suggestion(name, others)}"
                )
            elif view.get((*known[name], "id")) is None:
                yield Finding(
                    place,
                    f"{show(name)} has no id yet; deploy, enter its id, then assign it here, or "
                    "assign its unit now",
                )


def assignments_do_not_overlap(view: View) -> Iterator[Finding]:
    """No group gets the same permission set in the same account twice."""
    reached: dict[tuple[str, str, str], tuple[Path, str]] = {}
    wide: list[tuple[str, str, str, Path]] = []
    entries = [*_targets(view, "units"), *_targets(view, "accounts")]
    for group, name, kind, target, place in entries:
        known = reached.setdefault((group, name, f"{kind} {target}"), (place, target))
        if known[0] != place:
            if known[0][:-1] != place[:-1]:  # one list with it twice is a finding of all lists
                yield _overlap(place, group, name, known[0])
            continue
        stands_in = _unit_of(view, target) if kind == "accounts" else target
        if stands_in is not None:
            for other_group, other_name, unit, other in wide:
                inside = stands_in == unit or stands_in.startswith(f"{unit}/")
                around = kind == "units" and unit.startswith(f"{target}/")
                if (other_group, other_name) == (group, name) and (inside or around):
                    yield _overlap(place, group, name, other)
                    break
        if kind == "units":
            wide.append((group, name, target, place))


def management_account_stays_apart(view: View) -> Iterator[Finding]:
    """A group that the baseline creates serves the management account, or all others."""
    elsewhere = {name: place for place, name in _named(view, "group", ASSIGNMENTS)}
    seen: set[tuple[str, str]] = set()
    for place in _entries(view, MANAGEMENT):
        group, name = view.text(*place, "group"), view.text(*place, "permission_set")
        if group is None or name is None:
            continue
        if (group, name) in seen:
            yield Finding(place, f"{show(group)} has {show(name)} here already; remove it")
        seen.add((group, name))
        known = group in view.keys(SECTION, "groups")
        if known and group in elsewhere and view.get((SECTION, "groups", group, "id")) is None:
            yield Finding(
                (*place, "group"),
                f"{show(group)} also stands in {dotted(elsewhere[group])}; whoever administers the "
                "other accounts could add themselves, so give the management account a group of its own",
            )


def attributes_come_from_the_source(view: View) -> Iterator[Finding]:
    """Attributes for access control name something that the identity source has."""
    source = view.text(SECTION, "source") or BUILT_IN
    place = (SECTION, "attributes")
    names = view.keys(*place)
    if len(names) > quotas.ACCESS_CONTROL_ATTRIBUTES:
        yield Finding(
            place,
            f"has {len(names)} attributes; at most {quotas.ACCESS_CONTROL_ATTRIBUTES}",
        )
    for name in names:
        value = view.text(*place, name)
        if not ATTRIBUTE_KEY.fullmatch(name):
            yield Finding(
                (*place, name), "is not a name for an attribute: 1 to 128 letters or digits"
            )
        if value is None or STORE_ATTRIBUTE.fullmatch(value):
            continue
        if not DIRECTORY_ATTRIBUTE.fullmatch(value):
            yield Finding(
                (*place, name),
                f'{show(value)} is not an attribute, such as "${{path:enterprise.costCenter}}"',
            )
        elif source != "active-directory":
            yield Finding(
                (*place, name),
                f"{show(value)} is an attribute of Active Directory, and source is {source}; use "
                "one of the identity store, such as ${path:enterprise.department}",
            )


def _entries(view: View, section: Path) -> list[Path]:
    value = view.get(section)
    if not isinstance(value, list | tuple):
        return []
    return [(*section, number) for number, row in enumerate(value) if isinstance(row, Mapping)]


def _named(view: View, key: str, *sections: Path) -> list[tuple[Path, str]]:
    found = []
    for section in sections or (ASSIGNMENTS, MANAGEMENT):
        for place in _entries(view, section):
            text = view.text(*place, key)
            if text is not None:
                found.append(((*place, key), text))
    return found


def _created(view: View) -> Iterator[tuple[Path, str, bool]]:
    """Give place and file of every permission set, and whether it is the management account's."""
    seen: set[tuple[str, bool]] = set()
    rows = [
        *((place, name, False) for place, name in _named(view, "permission_set", ASSIGNMENTS)),
        *((place, name, False) for place, name in view.items(SECTION, "permission_sets")),
        *((place, name, True) for place, name in _named(view, "permission_set", MANAGEMENT)),
    ]
    for place, name, managed in rows:
        if (name, managed) not in seen:
            seen.add((name, managed))
            yield place, name, managed


def _targets(view: View, kind: str) -> Iterator[tuple[str, str, str, str, Path]]:
    """Give group, permission set, kind, target and place of every target of a kind."""
    for entry in _entries(view, ASSIGNMENTS):
        group, name = view.text(*entry, "group"), view.text(*entry, "permission_set")
        if group is not None and name is not None:
            for place, target in view.items(*entry, kind):
                yield group, name, kind, target, place


def _overlap(place: Path, group: str, name: str, other: Path) -> Finding:
    return Finding(
        place,
        f"{show(group)} has {show(name)} there already, from {dotted(other)}; keep one",
    )


def _account_names(view: View) -> dict[str, Path]:
    return {
        str(place[-1]): place
        for place in view.accounts()
        if place[0] == "members" or place[-1] in CoreAccounts.model_fields
    }


def _unit_of(view: View, account: str) -> str | None:
    place = _account_names(view).get(account)
    return view.text(*place, "ou") if place else None


def _values(view: View) -> dict[str, str]:
    from baseline.identity.permission_set_catalog import placeholder_values  # noqa: PLC0415

    return placeholder_values(
        prefix=view.text("prefix") or "secbase",
        break_glass=view.text("break_glass", "role") or "OrgBreakGlass",
    )


def _files(view: View) -> list[str]:
    """Give the names of the own files, those with mistakes included."""
    folder = view.text(*CUSTOM)
    return [path.stem for path in Folder(folder).glob("*.yaml")] if folder else []


def _definitions(view: View) -> dict[str, PermissionSetDefinition]:
    from baseline.identity import permission_set_catalog as sets  # noqa: PLC0415

    folder = view.text(*CUSTOM)
    own = sets.read_folder(Folder(folder), _values(view))[0] if folder else {}
    return {**sets.catalog(), **own}
