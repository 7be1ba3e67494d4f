"""What AWS WAF does not take, or what would filter nothing: found before anything is deployed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from baseline.edge.web_acl_choices import (
    GLOBAL_REGION,
    MANAGED_GROUPS,
    OTHER_GROUPS,
    Filters,
    RateLimit,
    Scope,
)
from baseline.errors import BaselineError

REQUESTS = (10, 2_000_000_000)
WINDOWS = (60, 120, 300, 600)
"""Limits of a rate rule. Source: AWS WAF API Reference, "RateBasedStatement"."""

NAME = re.compile(r"[A-Z][A-Za-z0-9]{0,39}")


def check_filters(filters: Filters) -> None:
    """Raise for filters that AWS WAF does not take, or that filter nothing.

    Raises:
        BaselineError: names the filter.
    """
    _check_groups(filters)
    for name, rate in filters.rates.items():
        _check_rate(name, rate)
    for name, path in _form_paths(filters):
        if not path.startswith("/"):
            raise BaselineError(f"{name} {path!r} must start with '/'")


def _check_groups(filters: Filters) -> None:
    known = (*MANAGED_GROUPS, *OTHER_GROUPS)
    for group in filters.managed_groups:
        if group not in known:
            raise BaselineError(
                f"managed_groups holds {group!r}, which is not known; choose from "
                f"{', '.join(known)}, or name bot_control, anti_ddos, registration or login"
            )
    if len(set(filters.managed_groups)) != len(filters.managed_groups):
        raise BaselineError(f"managed_groups holds a group twice: {list(filters.managed_groups)}")
    if not filters.managed_groups:
        raise BaselineError(
            "managed_groups is empty; count the rules that hit wanted requests (counted_rules) "
            "instead of leaving out all groups"
        )
    for group in filters.counted_rules:
        if group not in filters.managed_groups:
            raise BaselineError(f"counted_rules names {group!r}, which is not among managed_groups")


def _form_paths(filters: Filters) -> Iterator[tuple[str, str]]:
    if filters.login is not None:
        yield "login: path", filters.login.path
    if filters.registration is not None:
        yield "registration: page_path", filters.registration.page_path
        yield "registration: creation_path", filters.registration.creation_path


def _check_rate(name: str, rate: RateLimit) -> None:
    if not NAME.fullmatch(name):
        raise BaselineError(
            f"rates: name {name!r} must be letters and digits that start with a capital"
        )
    low, high = REQUESTS
    if not low <= rate.requests <= high:
        raise BaselineError(f"rates {name}: requests must be {low} to {high}, got {rate.requests}")
    if rate.window_seconds not in WINDOWS:
        raise BaselineError(
            f"rates {name}: window_seconds must be one of {list(WINDOWS)}, got "
            f"{rate.window_seconds}"
        )
    if rate.path is not None and not rate.path.startswith("/"):
        raise BaselineError(f"rates {name}: path {rate.path!r} must start with '/'")


def check_scope(scope: Scope, region: str, *, known: bool) -> None:
    """Raise for a web ACL of CloudFront anywhere but where they have to be.

    Args:
        scope: scope of the web ACL.
        region: Region of its stack.
        known: False where the Region is open.

    Raises:
        BaselineError: names scope and Region.
    """
    if scope == "CLOUDFRONT" and (not known or region != GLOBAL_REGION):
        where = f"in {region!r}" if known else "in a stack without a Region"
        raise BaselineError(
            f"scope 'CLOUDFRONT' {where}: web ACLs of CloudFront have to be in {GLOBAL_REGION!r}; "
            "put it into a stack of that Region, or use scope 'REGIONAL' for load balancers and "
            "APIs"
        )
