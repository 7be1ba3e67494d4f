"""Write the generated parts of docs/, the matrix of controls among them, and what the package has of it.

Usage: ``python scripts/generate_docs.py [--check]``. With ``--check`` it writes nothing and exits
with 1 when a page is out of date; a test runs it so.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, get_args

import api_reference
import license_page
from control_claims import claims as claims_of_the_code
from control_pages import controls_page, data_centre_page

from baseline.blueprint.listing import markdown as blueprint
from baseline.config import read
from baseline.config.schema import json_schema
from baseline.config.security_hub import Standard
from baseline.controls import claims
from baseline.controls.ledger import entries, table
from baseline.controls.matrix import control_matrix
from baseline.cost import defaults, estimate
from baseline.cost.prices import EVERYWHERE, Item, price_list
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

PROFILES = {
    "Configuration": "baseline.yaml of an organization",
    "Standalone": "baseline.yaml of one account",
}


def configuration() -> str:
    """Give the reference of baseline.yaml, one table per section."""
    schema = json_schema()
    definitions = dict(schema["$defs"])
    lines = []
    for profile, title in PROFILES.items():
        lines += [f"## {title}", "", *_table(definitions.pop(profile)), ""]
    for name, definition in sorted(definitions.items()):
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


def cost() -> str:
    """Give the estimate of the example, what it assumes, and all prices."""
    found = estimate(read(DOCS.parent / "baseline.yaml"))
    lines = ["## The example", "", f"Prices of {found.prices_checked}, US dollars a month.", ""]
    lines += ["| Capability | a month | with less use | with more |", "|---|---:|---:|---:|"]
    for name, title in found.capabilities.items():
        rows = [line for line in found.lines if line.capability == name]
        sums = (sum(getattr(row, field) for row in rows) for field in ("monthly", "low", "high"))
        lines.append(f"| {title} | {' | '.join(f'{each:,.2f}' for each in sums)} |")
    lines.append(f"| **all** | {found.total:,.2f} | {found.low:,.2f} | {found.high:,.2f} |")
    for dimension in ("account_class", "region"):
        named = dimension.replace("_class", "s").replace("region", "Region").capitalize()
        lines += ["", f"| {named} | a month |", "|---|---:|"]
        lines += [f"| {key} | {value:,.2f} |" for key, value in found.by(dimension).items()]
    lines += ["", *(f"- {remark}" for remark in found.remarks), ""]
    lines += [
        "## Assumptions",
        "",
        "| Name | Default | Unit | What it counts |",
        "|---|---:|---|---|",
    ]
    for row in defaults().rows.values():
        lines.append(f"| `{row.name}` | {row.value:,g} | {row.unit} | {row.text} |")
    lines += [
        "",
        "## Prices",
        "",
        "Of every Region where AWS names none, else of us-east-1.",
        "",
        "| Item | What | Unit | Price | Elsewhere | Source |",
    ]
    lines.append("|---|---|---|---:|---|---|")
    return "\n".join([*lines, *(_price(item) for item in price_list().items.values())])


def _price(item: Item) -> str:
    usual = (EVERYWHERE, price_list().fallback)
    first = next(name for name in (*usual, *item.prices) if name in item.prices)
    where = "" if first in usual else f" ({first})"
    others = ", ".join(
        f"{region} {tiers[0][1]:g}" for region, tiers in item.prices.items() if region != first
    )
    tiers = ", then ".join(f"{price:g}" for _, price in item.prices[first])
    source = item.source if item.verified else "unverified"
    what = f"{item.service}: {item.text}"
    return f"| `{item.id}` | {what} | {item.unit} | {tiers}{where} | {others} | {source} |"


RUNBOOK = "playbook-{}.md"
RUNBOOKS: dict[str, Callable[[], str]] = {
    f"runbooks/{RUNBOOK.format(each.id)}": partial(runbook, each) for each in PLAYBOOKS
}
API: dict[str, Callable[[], str]] = {
    f"api/{name}.md": partial(api_reference.page, name) for name in api_reference.pages()
}
PAGES: dict[str, Callable[[], str]] = {
    **RUNBOOKS,
    **API,
    "blueprint.md": blueprint,
    "playbooks.md": playbooks,
    "config-rules.md": config_rules,
    "configuration.md": configuration,
    "controls.md": controls_page,
    "cost.md": cost,
    "custom-resources.md": lambda: table(entries()),
    "data-centre.md": data_centre_page,
    "guardrails.md": guardrails,
    "licenses.md": license_page.page,
    "local-aws.md": coverage_markdown,
    "template-validation.md": template_validation,
}


def proved_claims() -> str:
    """Give what the code claims and the tests that prove it: the package has neither with it."""
    return f"{json.dumps(claims_of_the_code(), indent=1)}\n"


def matrix() -> str:
    """Give the control matrix for machines."""
    return f"{json.dumps(control_matrix().as_json(), indent=1, sort_keys=True)}\n"


# The matrix reads the claims, so they come first.
FILES: dict[Path, Callable[[], str]] = {
    claims.SOURCE: proved_claims,
    DOCS / "controls.json": matrix,
}


def late_files(*, check: bool) -> list[str]:
    """Write the files that are out of date, or only name them."""
    late = []
    for path, content in FILES.items():
        text = content()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            late.append(str(path.relative_to(DOCS.parent)))
            if not check:
                path.write_text(text, encoding="utf-8")
                claims.claims.cache_clear()
    return late


def page(name: str) -> str:
    """Give a page: what a person wrote above the marker, and what is generated below it."""
    written = "" if name in {**RUNBOOKS, **API} else _text(name).split(MARKER)[0]
    return f"{written}{MARKER}\n\n{PAGES[name]().strip()}\n"


def _text(name: str) -> str:
    path = DOCS / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main() -> None:
    """Write or check the pages."""
    # It keeps the trees of a thousand files to its end: looking for garbage is a third of the time.
    gc.disable()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only tell which are out of date")
    check = parser.parse_args().check
    late = late_files(check=check)
    for name in PAGES:
        text = page(name)
        if _text(name) != text:
            late.append(f"docs/{name}")
            if not check:
                (DOCS / name).parent.mkdir(exist_ok=True)
                (DOCS / name).write_text(text, encoding="utf-8")
    for file in late:
        print(f"{file}: {'out of date; run make docs' if check else 'written'}")
    sys.exit(1 if check and late else 0)


if __name__ == "__main__":
    main()
