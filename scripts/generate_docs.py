"""Write the generated parts of docs/: blueprint, configuration, guardrails, ledger, rules of Config and templates, embedded AWS.

Usage: ``python scripts/generate_docs.py [--check]``. With ``--check`` it writes nothing and exits
with 1 when a page is out of date; a test runs it so.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, get_args

from baseline.blueprint.listing import markdown as blueprint
from baseline.config.schema import json_schema
from baseline.config.security_hub import Standard
from baseline.controls.ledger import entries, table
from baseline.delivery.template_validation.rule_set import template_rules
from baseline.detection.managed_rule import ManagedRule
from baseline.detection.managed_rules import rule_table
from baseline.guardrails import catalog
from baseline.guardrails.model import Guardrail
from baseline.local.coverage import coverage_markdown
from baseline.response.playbooks.catalog import PLAYBOOKS
from baseline.response.playbooks.runbook import runbook

DOCS = Path(__file__).resolve().parents[1] / "docs"
MARKER = "<!-- generated below this line by scripts/generate_docs.py -->"


def configuration() -> str:
    """Give the reference of baseline.yaml, one table per section."""
    schema = json_schema()
    lines = ["## baseline.yaml", "", *_table(schema)]
    for name, definition in sorted(schema["$defs"].items()):
        lines += ["", f"## {name}", "", definition["description"], "", *_table(definition)]
    return "\n".join(lines)


def _table(definition: dict[str, Any]) -> Iterator[str]:
    yield "| key | takes | meaning |"
    yield "|---|---|---|"
    required = definition.get("required", [])
    for key, value in definition["properties"].items():
        name = f"`{key}` (required)" if key in required else f"`{key}`"
        yield f"| {name} | {_kind(value)} | {value.get('description', '')} |".replace("\n", " ")


def _kind(value: dict[str, Any]) -> str:
    if "$ref" in value:
        name = value["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "enum" in value or "const" in value:
        return " or ".join(f"`{item}`" for item in value.get("enum", [value.get("const")]))
    if "anyOf" in value:
        return " or ".join(_kind(item) for item in value["anyOf"] if item.get("type") != "null")
    if value.get("type") == "array":
        return f"list of {_kind(value['items'])}"
    for inner in ("patternProperties", "additionalProperties"):
        if isinstance(value.get(inner), dict):
            item = value[inner]
            item = next(iter(item.values())) if inner == "patternProperties" else item
            return f"names to {_kind(item)}"
    return str(value.get("type", "value"))


def guardrails() -> str:
    """Give the catalog: what each guardrail denies, why, whom it exempts, which controls."""
    lines = ["## Sets", "", "| set | guardrails |", "|---|---|"]
    for name, entry in catalog.sets().items():
        lines.append(f"| `{name}`: {entry.title} | {', '.join(entry.guardrails)} |")
    lines.append("")
    for _, guardrail in sorted(catalog.guardrails().items()):
        lines += _guardrail(guardrail)
    return "\n".join(lines)


def _guardrail(guardrail: Guardrail) -> Iterator[str]:
    yield f"## {guardrail.id}"
    yield ""
    yield f"{guardrail.title}. {guardrail.why}"
    yield ""
    yield f"- Type: {guardrail.type.value}"
    yield f"- Controls: {', '.join(guardrail.controls) or 'none'}"
    if guardrail.type.decides:
        yield f"- Exempt: {', '.join(guardrail.exemptions) or 'nobody'}"
        yield f"- Proved denied: {'; '.join(str(proof['why']) for proof in guardrail.denied)}"
        yield f"- Proved allowed: {'; '.join(str(proof['why']) for proof in guardrail.allowed)}"
    yield ""


def config_rules() -> str:
    """Give the rules of AWS Config by topic, and what can be repaired."""
    lines: list[str] = []
    for topic in dict.fromkeys(rule.topic for rule in rule_table()):
        lines += ["", f"## {topic.replace('-', ' ').capitalize().replace('iam', 'IAM')}", ""]
        lines += [
            "| Rule | Controls | Severity | Evaluated by | What to do |",
            "|---|---|---|---|---|",
        ]
        lines += [_config_rule(rule) for rule in rule_table() if rule.topic == topic]
    lines += ["", "## Repairs", "", "| Rule | Runbook | Effect |", "|---|---|---|"]
    for rule in rule_table():
        if fix := rule.remediation:
            lines.append(f"| `{rule.name}` | `{fix.document}` | {fix.effect} |")
    return "\n".join(lines)


def _config_rule(rule: ManagedRule) -> str:
    standards = [name for name in get_args(Standard) if rule.is_evaluated([name])]
    cells = (", ".join(rule.controls), rule.severity, ", ".join(standards), rule.remedy)
    return f"| `{rule.name}` | {' | '.join(cell or 'none' for cell in cells)} |"


def template_validation() -> str:
    """Give the rules about templates, one table for all topics."""
    lines = ["| Rule | What it finds | Severity | Controls |", "|---|---|---|---|"]
    for rule in template_rules().values():
        controls = ", ".join(rule.controls) or "none"
        lines.append(f"| `{rule.id}` | {rule.title} | {rule.severity} | {controls} |")
    return "\n".join(lines)


def playbooks() -> str:
    """Give the playbooks, one row each; their runbooks are pages of their own."""
    lines = ["| Playbook | Answers | Unless told otherwise | Steps |", "|---|---|---|---|"]
    for each in PLAYBOOKS:
        steps = ", ".join(
            f"**{step.title}**" if step.kind == "destructive" else step.title for step in each.steps
        )
        link = f"[`{each.id}`](runbooks/{RUNBOOK.format(each.id)})"
        lines.append(f"| {link} | {each.title} | `{each.mode}` | {steps} |")
    return "\n".join(lines)


RUNBOOK = "playbook-{}.md"
RUNBOOKS: dict[str, Callable[[], str]] = {
    f"runbooks/{RUNBOOK.format(each.id)}": partial(runbook, each) for each in PLAYBOOKS
}
PAGES: dict[str, Callable[[], str]] = {
    **RUNBOOKS,
    "blueprint.md": blueprint,
    "playbooks.md": playbooks,
    "config-rules.md": config_rules,
    "configuration.md": configuration,
    "custom-resources.md": lambda: table(entries()),
    "guardrails.md": guardrails,
    "local-aws.md": coverage_markdown,
    "template-validation.md": template_validation,
}


def page(name: str) -> str:
    """Give a page: what a person wrote above the marker, and what is generated below it."""
    written = "" if name in RUNBOOKS else _text(name).split(MARKER)[0]
    return f"{written}{MARKER}\n\n{PAGES[name]().strip()}\n"


def _text(name: str) -> str:
    path = DOCS / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main() -> None:
    """Write or check the pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only tell which are out of date")
    check = parser.parse_args().check
    late = [name for name in PAGES if _text(name) != page(name)]
    for name in late:
        if not check:
            (DOCS / name).write_text(page(name), encoding="utf-8")
        print(f"docs/{name}: {'out of date; run make docs' if check else 'written'}")
    sys.exit(1 if check and late else 0)


if __name__ == "__main__":
    main()
