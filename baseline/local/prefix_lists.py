"""Prefix lists as peers of a security group's rules, which ministack drops when it reads a call."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from baseline.local import emulators

_NAME = "_parse_ip_permissions"


def keep_prefix_lists() -> None:
    """Let EC2 keep the prefix lists of the rules that it is given."""
    module = emulators.ministack("ec2")
    setattr(module, _NAME, with_prefix_lists(getattr(module, _NAME), module._p))


def with_prefix_lists(original: Callable[..., Any], read: Callable[..., str]) -> Callable[..., Any]:
    """Give a function that reads rules as ``original``, and their prefix lists.

    Args:
        original: ministack's function.
        read: gives a parameter of the call by its name, or nothing.

    Source: Amazon EC2 API Reference, "IpPermission".
    """

    @functools.wraps(original)
    def parse(params: Mapping[str, Any], prefix: str) -> Any:  # noqa: ANN401 ministack has no types
        rules = original(params, prefix)
        for number, rule in enumerate(rules, start=1):
            place = 1
            while peer := read(params, f"{prefix}.{number}.PrefixListIds.{place}.PrefixListId"):
                note = read(params, f"{prefix}.{number}.PrefixListIds.{place}.Description")
                rule["PrefixListIds"].append(
                    {"PrefixListId": peer} | ({"Description": note} if note else {})
                )
                place += 1
        return rules

    return parse
