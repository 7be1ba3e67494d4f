"""Random documents that are right: an organization or an account, some sections, some fields.

A document starts as a small one that is right. Then sections of the example configurations and
single fields of the models come in, drawn at random. What the configuration's own checks object to
is taken out again, so that what is left is right; `test_fields.py` sees which fields stay in.
"""

from __future__ import annotations

import copy
import functools
import json
from pathlib import Path
from typing import Any, get_args

import yaml
from annotated_types import MinLen
from hypothesis import strategies as st

from baseline.config import Configuration, Standalone
from baseline.config.document import Document
from baseline.config.finding import Path as Position
from baseline.config.loader import check, check_standalone
from baseline.config.regions import table
from baseline.config.section import Section
from baseline.guardrails.verification import problems_of
from tests.random.model_fields import Kind, Steps, fields, is_section, kind, kind_of_field
from tests.random.values import Around, Draw, one, section, value

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "configurations"
Json = dict[str, Any]

HOMES = ("eu-west-1", "eu-central-1", "us-east-1", "ap-southeast-2")
CORE_IDS = ("111111111111", "222222222222", "333333333333", "444444444444", "999999999999")
MEMBER_IDS = ("555555555555", "666666666666", "121212121212", "000000000042")
UNIT_NAMES = ("Production", "Test", "Research and Development", "x.y_z-1", "A")
FEWEST_FIELDS, MOST_FIELDS = 6, 24
MOST_SECTIONS = 4
KEPT = {
    "organization",
    "account",
    "accounts",
    "home_region",
    "regions",
    "organizational_units",
    "contacts",
    "notifications",
    "members",
    "prefix",
}
"""What a section that does not fit is taken away for."""
MAY_LOSE = {"notifications", "organizational_units", "members"}
# What the skeleton draws by itself, or a field of its own would only break.
BY_SKELETON = {
    "organization",
    "account",
    "accounts",
    "home_region",
    "regions",
    "contacts",
    "standalone",
}


def contact(kind_of: str) -> Json:
    """Give a contact."""
    return {
        "name": kind_of,
        "title": kind_of,
        "email": f"{kind_of}@example.com",
        "phone": "+4930123450",
    }


@st.composite
def organizations(draw: Draw, *, everywhere: bool = True) -> Json:
    """Give an organization: some have all Regions, without ``everywhere`` two at most."""
    home, regions = _regions(draw, everywhere=everywhere)
    units, paths = _units(draw)
    members = _members(draw, paths)
    roles = ("management", "log_archive", "security", "network", "shared_services")
    core = dict(zip(roles, CORE_IDS, strict=True))
    document = {
        **_prefix(draw),
        "organization": {
            "id": "o-exampleorgid",
            "root_id": "r-exam",
            "email_domains": ["example.com"],
        },
        "home_region": home,
        "regions": regions,
        "accounts": {
            role: {
                "id": core[role],
                "email": f"aws-{role}@example.com",
                **({} if role == "management" else {"ou": one(draw, *paths)}),
            }
            for role in roles
        },
        **({"members": members} if members else {}),
        "organizational_units": units,
        **_people(),
    }
    around = Around(
        core=core,
        members=[each["id"] for each in members.values() if "id" in each],
        names=[*core, *members],
        units=paths,
        home=home,
        regions=regions,
    )
    _add_sections(draw, document, around, _donors())
    _add_fields(draw, document, around, Configuration)
    return repaired(document)


@st.composite
def accounts(draw: Draw, *, everywhere: bool = True) -> Json:
    """Give a standalone account: some have all Regions, without ``everywhere`` two at most."""
    home, regions = _regions(draw, everywhere=everywhere)
    identity = one(draw, *MEMBER_IDS)
    document = {
        **_prefix(draw),
        "account": {"id": identity, "email": "aws@example.com", "email_domains": ["example.com"]},
        "home_region": home,
        "regions": regions,
        **_people(),
    }
    core = dict.fromkeys(("security", "network", "management", "shared_services"), identity)
    around = Around(core=core, members=[identity], names=[], units=[], home=home, regions=regions)
    around.names.append("security")
    around.units.append("None")
    _add_fields(draw, document, around, Standalone)
    return repaired(document)


def _prefix(draw: Draw) -> Json:
    prefix = one(draw, None, None, None, "a-1", "sixteen-letters1", "acme-sec")
    return {"prefix": prefix} if prefix else {}


def _people() -> Json:
    return {
        "contacts": {each: contact(each) for each in ("security", "operations", "billing")},
        "notifications": {"critical": ["security@example.com"], "high": ["security@example.com"]},
    }


def _regions(draw: Draw, *, everywhere: bool) -> tuple[str, list[str]]:
    home = one(draw, *HOMES) if draw(st.booleans()) else draw(st.sampled_from(sorted(table())))
    most = 2 if everywhere else 1
    usual = ["us-east-1", "eu-central-1", "us-west-2"]
    some = st.lists(st.sampled_from(usual), max_size=most, unique=True) | st.lists(
        st.sampled_from(sorted(table())), max_size=most, unique=True
    )
    more = draw(some | st.just(sorted(table())) if everywhere else some)
    return home, [home, *(name for name in more if name != home)]


def _units(draw: Draw) -> tuple[Json, list[str]]:
    """Give a tree of units, and their paths."""
    tree: Json = {"Security": {"guardrails": ["foundation", "protect-logs"]}, "Workloads": {}}
    paths = ["Security", "Workloads"]
    for _ in range(draw(st.integers(0, 4))):
        parent = one(draw, *(path for path in paths if path.count("/") < 4))
        name = one(draw, *UNIT_NAMES)
        path = f"{parent}/{name}"
        if path not in paths:
            _at(tree, parent).setdefault("units", {})[name] = {}
            paths.append(path)
    if draw(st.booleans()):
        tree["Workloads"]["guardrails"] = ["foundation", "workload-limits"]
    return tree, paths


def _at(tree: Json, path: str) -> Json:
    first, *rest = path.split("/")
    unit: Json = tree[first]
    for name in rest:
        unit = unit["units"][name]
    return unit


def _members(draw: Draw, paths: list[str]) -> Json:
    identities = draw(st.lists(st.sampled_from((*MEMBER_IDS, None, None)), max_size=4, unique=True))
    return {
        f"member-{index}": {
            **({"id": identity} if identity else {}),
            "email": f"aws-member-{index}@example.com",
            "ou": one(draw, *paths),
        }
        for index, identity in enumerate(identities)
    }


@functools.cache
def _donors() -> dict[str, list[tuple[Position, str]]]:
    """Give sections of the example configurations: each one's place and value, by file."""
    found: dict[str, list[tuple[Position, str]]] = {}
    for path in [ROOT / "baseline.yaml", *sorted(EXAMPLES.glob("*.yaml"))]:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        if "account" in document or "standalone" in document:
            continue
        found[path.stem] = [
            (place, json.dumps(each, default=str))
            for place, each in _sections(document)
            if place[0] not in BY_SKELETON - {"notifications"} and place[0] != "members"
        ]
    return {name: sections for name, sections in found.items() if sections}


def _sections(document: Json) -> list[tuple[Position, Any]]:
    return [
        found
        for name, each in document.items()
        if name not in ("prefix", "organizational_units")
        for found in (
            [((name, key), value) for key, value in each.items()]
            if name == "capabilities"
            else [((name,), each)]
        )
    ]


def _add_sections(
    draw: Draw, document: Json, around: Around, donors: dict[str, list[tuple[Position, str]]]
) -> None:
    """Put in what examples say, with the IDs and the Region of this organization."""
    for name in draw(
        st.lists(st.sampled_from(sorted(donors)), max_size=MOST_SECTIONS, unique=True)
    ):
        for place, text in donors[name]:
            adapted = text.replace("eu-west-1", around.home)
            for unit in ("Workloads/Production", "Workloads/Test", "Workloads/Cards", "Sandbox"):
                adapted = adapted.replace(f'"{unit}"', json.dumps(around.units[-1]))
            parent = document
            for key in place[:-1]:
                parent = parent.setdefault(str(key), {})
            parent[str(place[-1])] = json.loads(adapted)


def _add_fields(draw: Draw, document: Json, around: Around, root: type[Section]) -> None:
    """Set some fields, whichever the models have."""
    places = [steps for steps in fields(root) if steps[0] not in BY_SKELETON]
    few = st.lists(
        st.sampled_from(places), min_size=FEWEST_FIELDS, max_size=MOST_FIELDS, unique=True
    )
    for steps in draw(few):
        set_field(draw, around, document, root, steps)


def set_field(draw: Draw, around: Around, holder: Json, of: type[Section], steps: Steps) -> None:
    """Set one field, with all that has to stand around it."""
    name, *rest = steps
    field = kind_of_field(of.model_fields[name])
    if not rest:
        holder[name] = value(draw, around, field, of.__name__, name)
        if name != "enabled" and "enabled" in of.model_fields:
            holder.setdefault("enabled", True)
        return
    if not holder.get(name):
        holder[name] = _least(draw, around, field, of.__name__, name)
    if "enabled" in of.model_fields:
        holder.setdefault("enabled", True)
    _inside(draw, around, holder[name], field, tuple(rest))


def _least(draw: Draw, around: Around, of: Kind, owner: str, name: str) -> Any:
    """Give a value in which something may stand: a list and a mapping have an entry."""
    if is_section(of.type):
        return section(draw, around, of.type)
    least = MinLen(max(1, of.limit("min_length") or 0))
    kind_with_entry = Kind(of.type, (least, *of.limits))
    tries = (value(draw, around, kind_with_entry, owner, name) for _ in range(5))
    return next((found for found in tries if found), [])


def _inside(draw: Draw, around: Around, holder: Any, of: Kind, steps: Steps) -> None:
    if is_section(of.type):
        if isinstance(holder, dict):
            set_field(draw, around, holder, of.type, steps)
        return
    entries = list(holder.values()) if isinstance(holder, dict) else list(holder)
    if entries:
        inner = kind(get_args(of.type)[1 if of.origin is dict else 0])
        _inside(draw, around, one(draw, *entries), inner, steps[1:])


def repaired(document: Json) -> Json:
    """Take out what the checks object to.

    Each step takes something away, or makes it what it is in the least document. Where steps lead
    back to a document that was met before, a section goes instead: there are only so many.
    """
    found = copy.deepcopy(document)
    met: set[str] = set()
    while (place := objection(found)) is not None:
        text = json.dumps(found, sort_keys=True)
        if text in met:
            _blame_a_section(found)
        else:
            _drop(found, place)
        met.add(text)
    return found


def objection(document: Json) -> Position | None:
    """Give the first place that the checks object to, if there is one."""
    made = Document(value=copy.deepcopy(document))
    alone = "account" in document and "organization" not in document
    configuration, found = check_standalone(made) if alone else check(made)
    if found:
        return _last(found[0].path, document)
    if isinstance(configuration, Configuration) and problems_of(configuration):
        return _bound(document)
    return None


def _last(path: Position, document: Json) -> Position:
    """Give the place as far as it exists."""
    inner: Any = document
    for depth, part in enumerate(path):
        entries = dict(enumerate(inner)) if isinstance(inner, list) else inner
        if not isinstance(entries, dict) or part not in entries:
            return path[:depth]
        inner = entries[part]
    return path


def _bound(document: Json) -> Position:
    """Give a list of guardrails to take away, the members' and the deepest first."""
    places: list[Position] = []

    def walk(inner: Any, path: Position) -> None:
        if isinstance(inner, dict):
            for key, item in inner.items():
                if key == "guardrails" and isinstance(item, list):
                    places.append((*path, key))
                else:
                    walk(item, (*path, key))

    walk(
        {
            key: document[key]
            for key in ("members", "accounts", "organizational_units")
            if key in document
        },
        (),
    )
    return places[0] if places else _last(("guardrails",), document)


def _drop(document: Json, path: Position) -> None:
    """Take a place out; what a document cannot do without stays, and a section goes instead."""
    if path[:1] == ("regions",) or path == ("home_region",):
        if len(path) > 1 and path[1] != 0:
            del document["regions"][path[1]]
        elif document["home_region"] != "eu-west-1":
            document["home_region"], document["regions"] = "eu-west-1", ["eu-west-1"]
        else:
            _blame_a_section(document)
        return
    if path == ("notifications",):
        document.update(_people())
        return
    if path[-1:] == ("ou",):
        _to_security(document, at_place(document, path[:-1]))
        return
    if not path or (path[0] in KEPT - MAY_LOSE and "guardrails" not in path):
        _blame_a_section(document)
        return
    holder = at_place(document, path[:-1])
    del holder[path[-1]]
    if not holder and len(path) > 1 and path[0] not in KEPT - {"notifications"}:
        _drop(document, path[:-1])


def _to_security(document: Json, account: Json) -> None:
    """Let an account stand in a unit that every document has."""
    document.setdefault("organizational_units", {}).setdefault("Security", {})
    if account.get("ou") == "Security":
        # Control Tower wants some accounts in one unit: where the log archive stands.
        account = document["accounts"]["log_archive"]
    account["ou"] = "Security"


def at_place(document: Json, path: Position) -> Any:
    """Give what stands at a place of a document."""
    holder: Any = document
    for part in path:
        holder = holder[part]
    return holder


def _blame_a_section(document: Json) -> None:
    others = [name for name in document if name not in KEPT]
    assert others, f"cannot be repaired: {json.dumps(document)}"
    del document[others[-1]]
