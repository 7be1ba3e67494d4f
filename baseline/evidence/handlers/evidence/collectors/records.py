"""Records as lines of JSON: one in memory at a time, and nothing in them that looks like a secret."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from .protocol import Source, TimeIsUpError

REMOVED = "[removed]"
PAGE = 100
"""Records between two looks at the clock."""

# Values that open something. Names of keys and ARNs of secrets stay: they say what is meant.
_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|(?<=X-Amz-Signature=)[0-9a-fA-F]+"
    r"|(?<=X-Amz-Security-Token=)[^&\s\"]+"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-)[A-Za-z0-9_-]{10,}"
    r"|(?i:(?<=password=)|(?<=secret_access_key=)|(?<=secret_access_key\s=\s)|(?<=authorization:\s))[^\s&\"']+",
    re.DOTALL,
)


def clean(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Give a JSON value without what looks like a secret."""
    if isinstance(value, str):
        return _SECRETS.sub(REMOVED, value)
    if isinstance(value, dict):
        return {key: clean(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [clean(each) for each in value]
    return value


def write_records(target: IO[bytes], rows: Iterable[Any], source: Source) -> int:
    """Write rows as lines of JSON and give their number.

    Raises:
        TimeIsUpError: the run has to end.
    """
    count = 0
    for row in rows:
        if count % PAGE == 0 and source.time_is_up():
            raise TimeIsUpError(f"the time was up after {count} records")
        line = json.dumps(clean(row), sort_keys=True, default=_plain)
        target.write(line.encode() + b"\n")
        count += 1
    return count


def write_document(target: IO[bytes], document: Any) -> int:  # noqa: ANN401 - JSON
    """Write one JSON document."""
    text = json.dumps(clean(document), indent=2, sort_keys=True, default=_plain)
    target.write(text.encode() + b"\n")
    return 1


def lines(rows: Callable[[], Iterable[Any]], source: Source) -> Callable[[IO[bytes]], int]:
    """Give what writes rows, which are asked for when it is called, so that it can be repeated."""

    def write(target: IO[bytes]) -> int:
        return write_records(target, rows(), source)

    return write


def pages(
    operation: Callable[..., dict[str, Any]],
    key: str,
    *,
    following: str = "NextToken",
    **given: Any,  # noqa: ANN401 - an operation's parameters
) -> Iterator[Any]:
    """Give the entries of every page of a list operation.

    Args:
        operation: method of a client.
        key: where the entries stand in an answer.
        following: what names the next page, in the request and in the answer.
        **given: the other parameters.
    """
    while True:
        answer = operation(**given)
        yield from answer.get(key, [])
        if not answer.get(following):
            return
        given[following] = answer[following]


def _plain(value: object) -> str:
    isoformat = getattr(value, "isoformat", None)
    return str(isoformat()) if callable(isoformat) else str(value)
