"""Wildcards and variables of the IAM policy language, as regular expressions.

``*`` stands for any characters, ``?`` for one. ``${*}``, ``${?}`` and ``${$}`` are those characters
themselves; any other ``${key}`` or ``${key, 'default'}`` is a policy variable.

Source: IAM User Guide, "IAM policy elements: Resource", "IAM policy elements: Variables and tags",
"Condition operators: Amazon Resource Name (ARN)".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from baseline.errors import BaselineError

Context = Mapping[str, tuple[str, ...]]
"""The condition keys of a request, in lower case, with their values."""

ARN_PARTS = 6
NOTHING = r"(?!)"
_WILDCARDS = frozenset("*?")
_ESCAPE = re.compile(r"\$\{([*?$])\}")
_TOKEN = re.compile(r"\$\{[*?$]\}|[*?]|[^*?$]+|\$")
_VARIABLE = re.compile(r"\$\{\s*(?![*?$]\s*\})([^},]+?)\s*(?:,\s*'([^']*)'\s*)?\}")


class PolicyError(BaselineError):
    """A policy that the engine does not understand: it is refused, never skipped."""


def has_variables(text: str) -> bool:
    """Tell whether a value names a policy variable that the request has to fill in."""
    return _VARIABLE.search(text) is not None


def variables(text: str) -> tuple[str, ...]:
    """Give the condition keys that a value's policy variables name, in lower case."""
    return tuple(match[1].lower() for match in _VARIABLE.finditer(text))


def resolve(text: str, context: Context) -> str | None:
    """Give a value with its variables filled in; ``None`` when one has neither value nor default.

    What a request says is text: a wildcard in it is written as an escape and matches only itself.
    A variable with several values has no single value and counts as absent.
    """
    missing = False

    def fill(match: re.Match[str]) -> str:
        nonlocal missing
        values = context.get(match[1].lower(), ())
        if len(values) == 1:
            return re.sub(r"[*?$]", r"${\g<0>}", values[0])
        if match[2] is None:
            missing = True
            return ""
        return match[2]

    filled = _VARIABLE.sub(fill, text)
    return None if missing else filled


def literal(text: str) -> str:
    """Give the text that a value without wildcards means: escapes become their characters."""
    return _ESCAPE.sub(r"\1", text)


@lru_cache(maxsize=16384)
def glob_expression(pattern: str, *, inside: str = ".") -> str:
    """Give the regular expression of a pattern; ``inside`` is what a wildcard may match."""
    parts = []
    for piece in _TOKEN.findall(pattern):
        if piece == "*":
            parts.append(f"{inside}*")
        elif piece == "?":
            parts.append(inside)
        else:
            parts.append(re.escape(literal(piece)))
    return "".join(parts)


def arn_expression(pattern: str) -> str:
    """Give the regular expression of an ARN pattern: wildcards stay within their part.

    Raises:
        PolicyError: The pattern has fewer than six parts: AWS would never match it, so a denial
            would be void without a word.
    """
    parts = pattern.split(":", ARN_PARTS - 1)
    if len(parts) < ARN_PARTS:
        raise PolicyError(
            f"ARN pattern {pattern!r} has {len(parts)} parts and matches nothing; "
            f"write all {ARN_PARTS} (arn:partition:service:region:account:resource)"
        )
    heads = [glob_expression(part, inside="[^:]") for part in parts[:-1]]
    return ":".join([*heads, glob_expression(parts[-1])])


@lru_cache(maxsize=4096)
def compile_expression(expression: str, *, ignore_case: bool = False) -> Callable[[str], object]:
    """Give the full-match function of an expression; the same expression is compiled once."""
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return re.compile(expression, flags).fullmatch


def lazily(expression: str, *, ignore_case: bool = False) -> Callable[[str], object]:
    """Give the full-match function of an expression, compiled when it is first asked.

    Most conditions are never asked about: their statements cover other actions.
    """
    found: Callable[[str], object] | None = None

    def match(text: str) -> object:
        nonlocal found
        if found is None:
            found = compile_expression(expression, ignore_case=ignore_case)
        return found(text)

    return match


def compile_globs(patterns: Iterable[str], *, ignore_case: bool = False) -> Callable[[str], object]:
    """Give a function that is true for a text that matches one of the patterns (no variables).

    Most patterns are words, or words with a ``*`` at the end: to compare them is far cheaper than to
    compile expressions of them.
    """
    rows = sorted(set(patterns))
    if ignore_case:
        return lazily(_any_of(rows), ignore_case=True)
    pieces = {pattern: _TOKEN.findall(pattern) for pattern in rows}
    words = {row for row, parts in pieces.items() if not _WILDCARDS.intersection(parts)}
    starts = {
        row
        for row, parts in pieces.items()
        if parts[-1:] == ["*"] and not _WILDCARDS.intersection(parts[:-1])
    }
    exact = frozenset(map(literal, words))
    start = tuple(literal(row[:-1]) for row in starts)
    others = [row for row in rows if row not in words | starts]
    if not others:
        return lambda text: text in exact or text.startswith(start)
    rest = lazily(_any_of(others))
    return lambda text: text in exact or text.startswith(start) or rest(text) is not None


def _any_of(patterns: Iterable[str]) -> str:
    return "|".join(sorted(map(glob_expression, patterns))) or NOTHING
