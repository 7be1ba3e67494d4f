"""Control Tower: what its parts need, and what they would do a second time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from baseline.config import quotas
from baseline.config.checks import units
from baseline.config.control_tower import ControlTower
from baseline.config.control_tower_controls import REGION_DENY, ROOT_USER, detective
from baseline.config.finding import Finding, Path
from baseline.config.text import listed, nearest, show
from baseline.config.view import View

SECTION = "landing_zone"
INTEGRATIONS = (SECTION, "integrations")
CONTROL_TOWER = "landing-zone"


def mode(view: View) -> str:
    """Give how Control Tower is used; ``none`` where the configuration does not say."""
    return view.text("control_tower") or "none"


def in_use(view: View) -> bool:
    """Tell whether Control Tower governs the organization."""
    return mode(view) in {"controls", CONTROL_TOWER}


def records(view: View) -> bool:
    """Tell whether Control Tower's baselines bring a Config recorder into the accounts.

    Whether the mode lets them is a finding of its own, from which nothing else follows.
    """
    return bool(_entries(view, "baselines"))


def is_in_use_where_it_is_described(view: View) -> Iterator[Finding]:
    """The section says nothing while Control Tower is not used, nor what another mode does."""
    said = view.get((SECTION,)) not in (None, {}, ControlTower().model_dump())
    if mode(view) == "none" and said:
        yield Finding(
            (SECTION,),
            "has no effect with control_tower: none; set control_tower to controls or landing-zone, or remove the section",
            rests_on=(("control_tower",),),
        )
    on = _on(view)
    if mode(view) == "controls" and on:
        yield Finding(
            INTEGRATIONS,
            f"sets up {listed(on)} with the landing zone, which the mode controls leaves alone; use control_tower: "
            "landing-zone, or remove this",
        )


def names_units(view: View) -> Iterator[Finding]:
    """Controls and baselines name units of the tree, each pair once."""
    paths = [path for path, _ in units.walk(view)]
    first: dict[tuple[str, str], Path] = {}
    for kind, key in (("baselines", "baseline"), ("controls", "control")):
        for place in _entries(view, kind):
            for where, path in view.items(*place, "units"):
                if path not in paths:
                    near = nearest(path, paths)
                    meant = f"; did you mean '{near}'?" if near else "; add it there"
                    yield Finding(
                        where,
                        f"{show(path)} is not a unit of organizational_units{meant}",
                        rests_on=(units.position(path),),
                    )
                    continue
                name = view.text(*place, key) or key
                if first.setdefault((name, path), place) != place:
                    yield Finding(where, f"{show(name)} stands here for {show(path)} a second time")


def has_few_controls(view: View) -> Iterator[Finding]:
    """No more controls than one stack enables, one at a time, within reasonable hours."""
    pairs = [
        where for place in _entries(view, "controls") for where, _ in view.items(*place, "units")
    ]
    limit = quotas.ENABLED_CONTROLS_PER_CONFIGURATION
    if len(pairs) > limit:
        yield Finding(
            pairs[limit],
            f"is control {limit + 1} of {len(pairs)}, counted once for each unit; at most {limit} are enabled, one after "
            "another: name the unit above, whose units inherit preventive controls",
        )


def has_policy_slots(view: View) -> Iterator[Finding]:
    """Control Tower attaches service control policies of its own to governed units."""
    reserved = view.number("guardrails", "reserved_scp_slots", default=0)
    if in_use(view) and reserved is not None and reserved < quotas.CONTROL_TOWER_SCP_SLOTS:
        yield Finding(
            ("guardrails", "reserved_scp_slots"),
            f"{reserved} leaves no room for the policies that Control Tower attaches; reserve at least "
            f"{quotas.CONTROL_TOWER_SCP_SLOTS}",
        )


def integrations_have_what_they_need(view: View) -> Iterator[Finding]:
    """Control Tower refuses an integration without the ones below it."""
    on = _set_up(view)
    needs = {
        "security_roles": ("config",),
        "access_management": ("config", "security_roles"),
        "backup": ("config", "security_roles"),
    }
    for name, needed in needs.items():
        lacking = [other for other in needed if name in on and other not in on]
        if lacking:
            yield Finding(
                (*INTEGRATIONS, name),
                f"needs {listed(lacking)} of landing_zone.integrations too; set it to true, or switch this off",
            )


def does_nothing_twice(view: View) -> Iterator[Finding]:
    """What Control Tower sets up is not set up by the baseline as well."""
    on = _set_up(view)
    if view.enabled("capabilities", "config", "enabled"):
        reason = (
            "would make Config recorders where the baseline makes them, and an account has room for one; "
            "set capabilities.config.enabled to false"
        )
        if "config" in on:
            yield Finding((*INTEGRATIONS, "config"), reason)
        elif in_use(view) and records(view):
            yield Finding((SECTION, "baselines"), reason)
    if "centralized_logging" in on and view.get((SECTION, "second_trail")) is not True:
        yield Finding(
            (*INTEGRATIONS, "centralized_logging"),
            "records what the baseline's organization trail records already; switch it off, or accept the cost of a "
            "second copy with landing_zone.second_trail: true",
        )
    if "backup" in on and view.get(("capabilities", "backup")) is not None:
        yield Finding(
            (*INTEGRATIONS, "backup"),
            "backs up what the plan of capabilities.backup backs up already; keep one of them",
        )


def accounts_stand_together(view: View) -> Iterator[Finding]:
    """The accounts of the integrations stand in one unit directly under the root."""
    accounts = _accounts(view)
    if mode(view) != CONTROL_TOWER:
        return
    known = {path for path, _ in units.walk(view)}
    # An account without a unit of the tree is told of by itself, and is no place for the others.
    places = {name: view.text(*path, "ou") for name, path in accounts.items()}
    placed = {name: place for name, place in places.items() if place in known}
    home = next(iter(placed.values()), None)
    for name, place in placed.items():
        if place != home or "/" in place:
            yield Finding(
                (*accounts[name], "ou"),
                f"{show(place)}: Control Tower wants the accounts of its integrations ({listed(accounts)}) in one unit "
                "directly under the root",
            )


def backup_accounts_are_known(view: View) -> Iterator[Finding]:
    """The accounts of the backup integration are accounts of the configuration."""
    known = {view.text(*account, "id") for account in view.accounts()}
    for key in ("administrator_account", "vault_account"):
        path = (*INTEGRATIONS, "backup", key)
        identity = view.text(*path)
        if identity is not None and identity not in known:
            yield Finding(path, f"{show(identity)} is the ID of no account of this configuration")


def controls_can_be_enabled(view: View) -> Iterator[Finding]:
    """No control that the API refuses, or that stops what the baseline does."""
    recorded = "config" in _on(view) or mode(view) != CONTROL_TOWER
    for place in _entries(view, "controls"):
        where, name = (*place, "control"), view.text(*place, "control") or ""
        root, exempt = name.endswith(ROOT_USER), view.get((*place, "exempt_assume_root"))
        if name.endswith(REGION_DENY):
            yield Finding(
                where,
                "is switched on with the landing zone in the console only; use the guardrail deny-regions, or the ID of "
                "the control for units, CT.MULTISERVICE.PV.1",
            )
        elif root and exempt is not True:
            yield Finding(
                where,
                "stops central root access, with which the baseline removes root credentials; set exempt_assume_root: true",
            )
        elif exempt is True and name.startswith("AWS-GR_") and not root:
            yield Finding((*place, "exempt_assume_root"), f"is a parameter of {ROOT_USER} only")
        if not recorded and detective(name):
            yield Finding(
                where,
                f"{show(name)} is evaluated by AWS Config; set landing_zone.integrations.config to true and enable a baseline "
                "on the unit",
            )


def regions_are_governed(view: View) -> Iterator[Finding]:
    """A Region that a control allows is a governed one."""
    governed = [name for _, name in view.items("regions")]
    for place in _entries(view, "controls"):
        for where, name in view.items(*place, "allowed_regions"):
            if name not in governed:
                yield Finding(where, f"{show(name)} is not one of regions [{listed(governed)}]")


def baselines_have_their_parameters(view: View) -> Iterator[Finding]:
    """A baseline is possible with the integrations, and knows where access is managed."""
    if mode(view) != CONTROL_TOWER:
        return
    on = _on(view)
    for place in _entries(view, "baselines"):
        if "config" not in on:
            yield Finding(
                place,
                "needs Control Tower's recorders: set landing_zone.integrations.config to true",
            )
        named = view.text(*place, "baseline") or "AWSControlTowerBaseline"
        if (
            "access_management" in on
            and named == "AWSControlTowerBaseline"
            and view.get((*place, "identity_center_baseline")) is None
        ):
            yield Finding(
                place,
                "needs identity_center_baseline while Control Tower manages access; deploy the landing zone without "
                "baselines first, then enter the ARN that `aws controltower list-enabled-baselines` shows",
            )


def _entries(view: View, kind: str) -> list[Path]:
    """Give the place of each baseline or control."""
    found = view.get((SECTION, kind))
    if not isinstance(found, list | tuple):
        return []
    return [(SECTION, kind, at) for at, item in enumerate(found) if isinstance(item, Mapping)]


def _on(view: View) -> list[str]:
    """Give the integrations that are on."""
    return [
        name
        for name in view.keys(*INTEGRATIONS)
        if (value := view.get((*INTEGRATIONS, name))) is True or isinstance(value, Mapping)
    ]


def _set_up(view: View) -> list[str]:
    """Give the integrations that are set up: in another mode they are a finding by themselves."""
    return _on(view) if mode(view) == CONTROL_TOWER else []


def _accounts(view: View) -> dict[str, Path]:
    """Give the accounts that the integrations need, by name."""
    on = _on(view)
    found: dict[str, Path] = {}
    if "centralized_logging" in on or "config" in on:
        found["log_archive"] = ("accounts", "log_archive")
    if "security_roles" in on or "config" in on:
        found["security"] = ("accounts", "security")
    backup = {
        view.text(*INTEGRATIONS, "backup", key)
        for key in ("administrator_account", "vault_account")
    }
    for account in view.accounts():
        if "backup" in on and view.text(*account, "id") in backup:
            found[str(account[-1])] = account
    return found
