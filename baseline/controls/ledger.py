"""The ledger of custom resources: why each exists, what it calls, what delete does.

``custom_resources.json`` beside this module is the source; ``docs/custom-resources.md`` shows it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("custom_resources.json")
COLUMNS = ("Custom resource", "What", "Account", "Calls that change something", "Why", "Delete")
RESOURCE_TYPE = re.compile(r":cloudformationResource: (AWS::\w+::(\w+))")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One thing that a custom resource does.

    Attributes:
        type: CloudFormation type, such as ``Custom::OrganizationFeatures``.
        construct: dotted name of the class that makes it.
        part: what it does.
        account: core account in which it runs.
        calls: IAM actions of the API calls that change something.
        reason: why no CloudFormation type does it.
        delete: what deleting the resource does.
        watch: ``module`` of aws_cdk (empty for the core) and ``pattern`` of the type names that
            would do it natively.
        native: types that match the pattern and do not do it, with the reason.
    """

    type: str
    construct: str
    part: str
    account: str
    calls: tuple[str, ...]
    reason: str
    delete: str
    watch: Mapping[str, str]
    native: Mapping[str, str]


def entries() -> tuple[Entry, ...]:
    """Give the ledger in its order."""
    rows = json.loads(SOURCE.read_text(encoding="utf-8"))
    return tuple(Entry(**{**row, "calls": tuple(row["calls"])}) for row in rows)


def table(ledger: Iterable[Entry]) -> str:
    """Render the ledger as the Markdown table of docs/custom-resources.md."""
    rows = [
        (
            f"`{entry.type}`",
            entry.part,
            entry.account,
            ", ".join(f"`{call}`" for call in entry.calls),
            entry.reason,
            entry.delete,
        )
        for entry in ledger
    ]
    lines = [COLUMNS, tuple("---" for _ in COLUMNS), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def replaceable(
    ledger: Iterable[Entry], source_of: Callable[[str], str]
) -> Iterator[tuple[Entry, str]]:
    """Find entries for which the CDK has gained a type that looks as if it did the work.

    Args:
        ledger: what to look at.
        source_of: gives the source text of a module of aws_cdk; the text and not the module,
            because importing one takes longer than reading it.

    Returns:
        Pairs of an entry and the name of a type that its ``native`` does not explain.
    """
    for entry in ledger:
        pattern = re.compile(entry.watch["pattern"])
        for found in sorted(set(RESOURCE_TYPE.findall(source_of(entry.watch["module"])))):
            full_name, name = found
            if pattern.search(name) and full_name not in entry.native:
                yield entry, full_name
