"""The rules: Guard files, and what each rule is about."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_VARIABLE = re.compile(r"(?m)^let (\w+)")

RULES = Path(__file__).resolve().parents[1] / "rules"

Severity = Literal["error", "warning"]
Document = Literal["resource", "template"]


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateRule:
    """What a rule is about.

    Attributes:
        id: name of the Guard rule.
        topic: name of its file without the ending.
        title: what is wrong where the rule fails.
        severity: ``error``: open or readable for strangers. ``warning``: a protection is missing.
        controls: IDs of the Security Hub controls that would find the same in the account.
        document: ``template``: the rule needs the template as it is written, because it looks at
            parameters or at more than one resource. ``resource``: one resource by itself is enough.
    """

    id: str
    topic: str
    title: str
    severity: Severity
    controls: tuple[str, ...]
    document: Document


@functools.cache
def template_rules() -> dict[str, TemplateRule]:
    """Give the rules by ID, in the order of their files."""
    table = json.loads((RULES / "rules.json").read_text("utf-8"))
    return {
        name: TemplateRule(
            id=name,
            topic=topic,
            title=row["title"],
            severity=row["severity"],
            controls=tuple(row["controls"]),
            document=row.get("document", "resource"),
        )
        for topic, rows in table.items()
        for name, row in rows.items()
    }


@functools.cache
def rule_sources() -> dict[str, str]:
    """Give the text of the Guard files by topic."""
    return {path.stem: path.read_text("utf-8") for path in sorted(RULES.glob("*.guard"))}


@functools.cache
def one_source() -> dict[str, str]:
    """Give all rules as one text, for whoever evaluates all of them.

    The engine converts a template again for every text: one says the same in two thirds of the time.
    A file's variables get its name, because most files call theirs alike.
    """
    texts = (_with_own_variables(topic, text) for topic, text in rule_sources().items())
    return {"baseline": "\n".join(texts)}


def _with_own_variables(topic: str, text: str) -> str:
    names = "|".join(sorted(set(_VARIABLE.findall(text))))
    return re.sub(rf"(%|(?m:^let ))({names})\b", rf"\g<1>{topic}_\g<2>", text) if names else text
