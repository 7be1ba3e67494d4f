"""Firewall Manager: what it reads, where its policies stand, and the commitment somebody agreed to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from baseline.config.checks import control_tower
from baseline.config.checks.regions import unoffered
from baseline.config.edge import COMMITMENT, GLOBAL_REGION
from baseline.config.finding import REGIONS, Finding, Path
from baseline.config.regions import FIREWALL_MANAGER
from baseline.config.text import listed, show
from baseline.config.view import View

MANAGER: Path = ("edge", "firewall_manager")
WEB_ACLS: Path = (*MANAGER, "web_acls")
CONTENT: Path = (*MANAGER, "security_group_content")
USAGE: Path = (*MANAGER, "security_group_usage")
LISTS: Path = (*MANAGER, "dns_firewall", "managed_lists")
SHIELD: Path = (*MANAGER, "shield")
SINGLE = ("security_group_content", "security_group_usage", "dns_firewall", "shield")


def name_a_policy(view: View) -> Iterator[Finding]:
    """Firewall Manager without a policy would administer nothing."""
    if _is_named(view, MANAGER) and not _policies(view):
        yield Finding(
            MANAGER, f"names no policy; write one of web_acls, {', '.join(SINGLE)}, or remove it"
        )


def have_a_recorder(view: View) -> Iterator[Finding]:
    """Firewall Manager finds resources by AWS Config alone."""
    recorded = view.enabled("capabilities", "config", "enabled") or control_tower.records(view)
    if _policies(view) and not recorded:
        yield Finding(
            MANAGER,
            "finds resources by AWS Config, which is off; leave capabilities.config on, or remove it",
        )


def are_offered(view: View) -> Iterator[Finding]:
    """CloudFormation has the policies' types in every governed Region."""
    if not _policies(view):
        return
    for path, lacking in unoffered(view, FIREWALL_MANAGER):
        yield Finding(path, f"{lacking}; leave the Region out, or remove edge.firewall_manager")


def web_acls_stand_where_their_scope_is(view: View) -> Iterator[Finding]:
    """Web ACLs of CloudFront are in us-east-1, others in governed Regions."""
    governed = [name for _, name in view.items("regions")]
    for name in view.keys(*WEB_ACLS):
        path: Path = (*WEB_ACLS, name)
        regions = view.items(*path, "regions")
        if view.text(*path, "scope") == "CLOUDFRONT":
            yield from _global_web_acl(path, regions, governed)
            continue
        for place, region in regions:
            if region not in governed:
                yield Finding(
                    place,
                    f"{show(region)} is not governed; name one of regions [{listed(governed)}]",
                )


def _global_web_acl(
    path: Path, regions: list[tuple[Path, str]], governed: list[str]
) -> Iterator[Finding]:
    for place, region in regions:
        if region != GLOBAL_REGION:
            yield Finding(
                place,
                f"scope CLOUDFRONT in {show(region)}: web ACLs of CloudFront have to be in "
                f"{GLOBAL_REGION}; remove regions, or use scope REGIONAL",
            )
    if GLOBAL_REGION not in governed:
        yield _unrecorded((*path, "scope"))


def web_acls_have_a_log(view: View) -> Iterator[Finding]:
    """The web ACLs log to the archive, which has a bucket for them."""
    if view.keys(*WEB_ACLS) and not view.enabled("log_archive", "web_acl_logs"):
        yield Finding(
            WEB_ACLS, "log to the archive's bucket; leave log_archive.web_acl_logs on for them"
        )


def audits_ask_something(view: View) -> Iterator[Finding]:
    """An audit of security groups has something to tell."""
    limits = ("ports_per_rule", "ipv4_prefix", "ipv6_prefix")
    asked = any(view.get((*CONTENT, key)) is not None for key in limits)
    if view.get((*CONTENT, "all_protocols")) is False and not asked:
        yield Finding(CONTENT, f"tells of nothing; leave all_protocols on, or set {listed(limits)}")
    if view.get((*USAGE, "unused")) is False and view.get((*USAGE, "redundant")) is not True:
        yield Finding(USAGE, "tells of nothing; leave unused on, set redundant, or remove it")


def lists_are_for_governed_regions(view: View) -> Iterator[Finding]:
    """Domain lists are named for Regions that have the policy."""
    governed = [name for _, name in view.items("regions")]
    for name in view.keys(*LISTS):
        if name not in governed:
            yield Finding(
                (*LISTS, name),
                f"{show(name)} is not governed; name one of regions [{listed(governed)}]",
            )


def shield_is_agreed(view: View) -> Iterator[Finding]:
    """Somebody wrote what Shield Advanced costs, word for word."""
    said = view.get((*SHIELD, "acknowledge_commitment"))
    if isinstance(said, str) and said != COMMITMENT:
        yield Finding(
            (*SHIELD, "acknowledge_commitment"),
            f"{show(said)} is not the commitment of Shield Advanced; write {COMMITMENT!r} once it is agreed "
            "with who pays, or remove shield",
        )
    governed = [name for _, name in view.items("regions")]
    if view.get((*SHIELD, "distributions")) is True and GLOBAL_REGION not in governed:
        yield _unrecorded((*SHIELD, "distributions"))


def shield_supports_members(view: View) -> Iterator[Finding]:
    """The response team helps member accounts that the policy reaches."""
    management = view.text("accounts", "management", "id")
    excluded = view.keys(*MANAGER, "excluded_accounts")
    supported = view.items(*SHIELD, "supported_accounts")
    for path, account in supported:
        if account == management:
            yield Finding(
                path,
                f"{show(account)} is the management account, which runs no workloads; name member accounts",
            )
        elif account in excluded:
            yield Finding(
                path, f"{show(account)} is in excluded_accounts; remove it from one of them"
            )
    readable = isinstance(view.get((*SHIELD, "supported_accounts")), list | tuple)
    named = "supported_accounts" in view.keys(*SHIELD)
    if view.get((*SHIELD, "contacts")) and not supported and (readable or not named):
        yield Finding(
            (*SHIELD, "contacts"), "are called about supported_accounts, which is empty; name some"
        )


def _unrecorded(place: Path) -> Finding:
    return Finding(
        place,
        f"Firewall Manager finds distributions by AWS Config in {GLOBAL_REGION}, which is not governed; "
        f"add {GLOBAL_REGION} to regions, or leave them out",
        rests_on=REGIONS,
    )


def _policies(view: View) -> bool:
    return bool(view.keys(*WEB_ACLS)) or any(_is_named(view, (*MANAGER, key)) for key in SINGLE)


def _is_named(view: View, path: Path) -> bool:
    return isinstance(view.get(path), Mapping)
