"""The reference workload: certificates where they are looked for, an account that may have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from baseline.config.checks import units
from baseline.config.finding import REGIONS, Finding, Path
from baseline.config.regions import WORKLOAD, table
from baseline.config.text import listed, show
from baseline.config.view import View
from baseline.errors import BaselineError
from baseline.network.cidr_plan import plan

WORKLOAD_PATH: Path = ("workload",)
INSTANCES: Path = ("workload", "instances")
SERVERLESS: Path = ("workload", "serverless")
EDGE_REGION = "us-east-1"
ARN_PARTS = 6
QUALIFIER = "secbase"
BLOCK: Path = ("capabilities", "ec2_attributes", "vpc_block_public_access")


def says_what_it_needs(view: View) -> Iterator[Finding]:
    """A form has its section, and a section its form."""
    form = view.text("workload", "form")
    there = isinstance(view.get(INSTANCES), Mapping)
    if form in ("instances", "both") and not there:
        yield Finding(
            (*WORKLOAD_PATH, "form"),
            f"{show(form)} needs the section instances: domain, certificate, origin_domain, "
            "origin_certificate, cloudfront_prefix_list, image_parameter",
        )
    if form == "serverless" and there:
        yield Finding(
            INSTANCES, "is for form instances or both; remove it, or change workload.form"
        )


def certificates_are_where_they_are_looked_for(view: View) -> Iterator[Finding]:
    """CloudFront looks in us-east-1, a load balancer and an API in their Region; all in the account."""
    region = _region(view)
    if isinstance(view.get(INSTANCES), Mapping):
        domain = view.text(*INSTANCES, "domain")
        if domain is not None and view.get((*INSTANCES, "certificate")) is None:
            yield Finding(
                (*INSTANCES, "domain"),
                f"{show(domain)} has no certificate; request one in {EDGE_REGION}, where CloudFront "
                "looks for it, and write its ARN to certificate",
            )
        yield from _certificate(view, (*INSTANCES, "certificate"), EDGE_REGION, "CloudFront")
        yield from _certificate(
            view, (*INSTANCES, "origin_certificate"), region, "the load balancer"
        )
    named = view.text(*SERVERLESS, "domain") is not None
    if named != (view.text(*SERVERLESS, "certificate") is not None):
        yield Finding(
            (*SERVERLESS, "domain" if named else "certificate"),
            "domain and certificate belong together; give both or neither",
        )
    yield from _certificate(view, (*SERVERLESS, "certificate"), region, "API Gateway")


def stands_in_a_workload_account(view: View) -> Iterator[Finding]:
    """No core account carries a workload, and none of it takes a name or a role that is exempt."""
    account = view.text("workload", "account")
    for place in view.accounts():
        if account is not None and place[0] == "accounts" and view.text(*place, "id") == account:
            yield Finding(
                (*WORKLOAD_PATH, "account"),
                f"{show(account)} is accounts.{place[1]}, a core account, whose deploy roles "
                "guardrails exempt; use an account of members",
            )
    prefix, name = view.text("prefix") or "secbase", view.text("workload", "name")
    if name is not None and f"{name}-".startswith(f"{prefix}-"):
        yield Finding(
            (*WORKLOAD_PATH, "name"),
            f"{show(name)} begins with the prefix, so its roles would be exempt from guardrails; "
            "choose another",
        )
    if view.text("workload", "qualifier") == QUALIFIER:
        yield Finding(
            (*WORKLOAD_PATH, "qualifier"),
            f"{show(QUALIFIER)} is the baseline's own, whose roles guardrails keep to core accounts; "
            "use that of application teams, such as 'hnb659fds'",
        )


def stands_in_a_governed_region(view: View) -> Iterator[Finding]:
    """Work happens in governed Regions only: CloudFront's part too, and the log archive is at home."""
    governed = [name for _, name in view.items("regions")]
    region, home = view.text("workload", "region"), view.text("home_region")
    if region is not None and region not in governed:
        yield Finding(
            (*WORKLOAD_PATH, "region"),
            f"{show(region)} is not in regions, so a guardrail denies it; add it there, or leave "
            "region out for the home Region",
            rests_on=REGIONS,
        )
    if view.text("workload", "form") not in ("instances", "both"):
        return
    if region is not None and region in governed and region != home:
        yield Finding(
            (*WORKLOAD_PATH, "region"),
            f"{show(region)} is not the home Region, whose log archive takes the VPC's flow and "
            "query logs; leave region out, or choose form: serverless",
        )
    if EDGE_REGION not in governed:
        yield Finding(
            (*WORKLOAD_PATH, "form"),
            f"the web ACL of CloudFront, its log and its alarms are in {EDGE_REGION}, which regions "
            f"does not hold, so a guardrail denies them; add {EDGE_REGION} to regions, or choose "
            "form: serverless",
        )


def may_have_a_way_in(view: View) -> Iterator[Finding]:
    """An internet gateway, which a VPC origin asks for, is not denied where the account stands."""
    if view.text("workload", "form") not in ("instances", "both"):
        return
    account, unit = _account(view), None
    if account is not None:
        unit = view.text(*account, "ou")
        named = [name for place in _bound(view, account) for _, name in view.items(*place)]
        if "private-network" in named:
            yield Finding(
                (*WORKLOAD_PATH, "account"),
                f"private-network binds {show(view.text('workload', 'account'))} in {show(unit)}: "
                "only the network role may make the internet gateway that a VPC origin of CloudFront "
                "asks for; move the account to a unit without it, or choose form: serverless",
            )
    if _blocks(view) and view.get((*INSTANCES, "public_access_exclusion")) is not True:
        yield Finding(
            INSTANCES,
            "capabilities.ec2_attributes blocks the public access of VPCs, CloudFront's way in too; "
            "set public_access_exclusion: true, which excepts this VPC",
        )


def network_is_planned(view: View) -> Iterator[Finding]:
    """The range is private, with room for the three tiers."""
    cidr = view.text(*INSTANCES, "cidr")
    if cidr is None:
        return
    try:
        plan(cidr, availability_zones=2, tiers=("private", "isolated", "public"))
    except BaselineError as error:
        yield Finding((*INSTANCES, "cidr"), str(error).removeprefix("cidr "))


def is_offered(view: View) -> Iterator[Finding]:
    """CloudFormation has what a variant creates in its Region."""
    form, region = view.text("workload", "form"), table().get(_region(view) or "")
    if region is None or form not in ("instances", "serverless", "both"):
        return
    wanted = [
        kind
        for variant, kinds in WORKLOAD.items()
        if form in (variant, "both")
        for kind in kinds
        if kind in region.missing
    ]
    if wanted:
        yield Finding(
            (*WORKLOAD_PATH, "form"),
            f"CloudFormation has no {listed(wanted)} in {show(region.name)}; choose another form or "
            "Region",
        )


def _certificate(view: View, place: Path, region: str | None, reader: str) -> Iterator[Finding]:
    parts = (view.text(*place) or "").split(":")
    if len(parts) < ARN_PARTS:
        return
    if region is not None and parts[3] != region:
        yield Finding(
            place,
            f"is in {show(parts[3])}, but {reader} looks for it in {show(region)}; request one there",
        )
    account = view.text("workload", "account")
    if account is not None and parts[4] != account:
        yield Finding(
            place, f"is of account {show(parts[4])}; a certificate is used in its account only"
        )


def _region(view: View) -> str | None:
    return view.text("workload", "region") or view.text("home_region")


def _account(view: View) -> Path | None:
    wanted = view.text("workload", "account")
    found = (place for place in view.accounts() if view.text(*place, "id") == wanted)
    return next(found, None) if wanted is not None else None


def _bound(view: View, account: Path) -> Iterator[Path]:
    """Give the place of every list of guardrails that binds an account."""
    yield (*account, "guardrails")
    path = view.text(*account, "ou") or ""
    for name, place in units.walk(view):
        if path == name or path.startswith(f"{name}/"):
            yield (*place, "guardrails")


def _blocks(view: View) -> bool:
    return view.get(BLOCK) is not None and view.get(BLOCK) != "off"
