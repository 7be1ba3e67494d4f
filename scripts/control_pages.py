"""Render docs/controls.md and docs/data-centre.md from the control matrix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from baseline.controls.capabilities import EFFECTS, GUARDRAIL, SETS
from baseline.controls.crosswalk import OWN, in_order
from baseline.controls.data_centre import RESPONSIBLE, traditional_controls
from baseline.controls.matrix import PHASES, CapabilityRow, Matrix, control_matrix

SHORT = {
    "cis-5.0": "CIS 5.0",
    "cis-7.0": "CIS 7.0 (not verified)",
    "nist-800-53-r5": "NIST 800-53 r5",
    "pci-4.0.1": "PCI DSS 4.0.1",
}
REPOSITORY = "../"


def controls_page() -> str:
    """Give the matrix: sources, frameworks, then every capability by phase."""
    matrix = control_matrix()
    return "\n".join(
        [
            *_numbers(matrix),
            *_sources(matrix),
            *(line for name in SHORT for line in _framework(matrix, name)),
            *(line for phase in PHASES for line in _phase(matrix, phase)),
            *_guardrails(matrix),
            *_notes(matrix),
        ]
    )


def _numbers(matrix: Matrix) -> Iterator[str]:
    rows = matrix.capabilities
    claims = sum(len(row.controls) for row in rows)
    distinct = len({control for row in rows for control in row.controls})
    tests = len({test for row in rows for tests in row.proofs.values() for test in tests})
    yield (
        f"{len(rows)} capabilities claim {distinct} controls of Security Hub, {claims} times in all; "
        f"{tests} tests bear their IDs."
    )
    yield ""


def _sources(matrix: Matrix) -> Iterator[str]:
    yield from ("## Where the mappings come from", "")
    yield from ("| Source | Read | Verified with the publisher |", "|---|---|---|")
    for source in matrix.crosswalk.sources.values():
        title = f"[{source.title}]({source.address})" if source.address else source.title
        yield f"| {title} | {source.date} | {'yes' if source.verified else '**no**'} |"
    yield ""


def _framework(matrix: Matrix, name: str) -> Iterator[str]:
    framework = matrix.crosswalk.frameworks[name]
    yield from (f"## {framework.title}", "", framework.note, "")
    yield from ("| Requirement | About | Answered by | Source |", "|---|---|---|---|")
    answered: dict[str, list[str]] = defaultdict(list)
    sources: dict[str, set[str]] = defaultdict(set)
    for row in matrix.capabilities:
        for requirement in row.frameworks[name]:
            answered[requirement.id].append(f"{_link(row)}{_only(row)}")
            sources[requirement.id] |= set(requirement.sources)
    titles = matrix.crosswalk.titles[name]
    for number in sorted(answered, key=in_order):
        by = ", ".join(sorted(set(answered[number])))
        yield f"| {number} | {titles[number]} | {by} | {_said(sources[number])} |"
    yield ""
    yield from _left(matrix, name, set(answered))


def _only(row: CapabilityRow) -> str:
    return "" if row.effect == SETS else f" ({row.effect})"


def _said(sources: Iterable[str]) -> str:
    named = {"own": "own judgement", "prowler": "Prowler"}
    return ", ".join(sorted(named.get(each, "Security Hub") for each in sources))


def _left(matrix: Matrix, name: str, answered: set[str]) -> Iterator[str]:
    """Name the requirements that no capability answers, with what to do."""
    left = matrix.crosswalk.left.get(name, {})
    if not left:
        return
    yield from ("Not answered by a capability:", "")
    for number in sorted(left.keys() - answered, key=in_order):
        yield f"- **{number}**, {matrix.crosswalk.titles[name][number]}: {left[number]}"
    yield ""


def _phase(matrix: Matrix, phase: int) -> Iterator[str]:
    yield from (f"## Phase {phase}: {PHASES[phase]}", "")
    for row in matrix.capabilities:
        if row.phase == phase and (row.controls or not row.id.startswith(GUARDRAIL)):
            yield from _capability(matrix, row)


def _capability(matrix: Matrix, row: CapabilityRow) -> Iterator[str]:
    yield from (f"### {row.id}", "", f"**{row.title}.** {row.why} [More]({row.page}).", "")
    yield f"- Made by: {', '.join(f'`{each}`' for each in row.constructs)}"
    if row.controls:
        yield f"- About its controls: it {row.effect}, that is, {EFFECTS[row.effect]}"
    if row.resources:
        yield f"- Resources: {', '.join(f'`{each}`' for each in row.resources)}"
    yield f"- Tests: {', '.join(_files(row))}"
    for gap in row.gaps:
        yield f"- **Gap:** {gap}."
    for step in row.manual_steps:
        yield f"- **By hand:** {step}."
    for line in _own(row):
        yield f"- Answers itself, without a control of Security Hub: {line}."
    yield ""
    if row.controls:
        yield from ("| Control | Requirements | Proved by |", "|---|---|---|")
        for control in row.controls:
            yield _control(matrix, row, control)
        yield ""


def _control(matrix: Matrix, row: CapabilityRow, control: str) -> str:
    mapped = matrix.crosswalk.controls[control]
    said = []
    for name, short in SHORT.items():
        numbers = [each.id for each in row.frameworks[name] if control in each.controls]
        if numbers or name in mapped.unread:
            said.append(f"{short}: {', '.join(numbers) or 'in the standard, requirement not read'}")
    proofs = ", ".join(f"`{_test(each)}`" for each in row.proofs[control])
    return f"| **{control}** {mapped.title} | {'; '.join(said)} | {proofs} |"


def _own(row: CapabilityRow) -> Iterator[str]:
    for name, requirements in row.frameworks.items():
        own = [each.id for each in requirements if OWN in each.sources]
        if own:
            yield f"{SHORT[name]} {', '.join(own)}"


def _files(row: CapabilityRow) -> list[str]:
    return [f"`{each}`" for each in row.tests]


def _test(node: str) -> str:
    path, _, name = node.partition("::")
    return f"{PurePath(path).stem}::{name}"


def _guardrails(matrix: Matrix) -> Iterator[str]:
    yield from ("## Guardrails that claim no control", "")
    yield "A guardrail that denies keeps met what something else meets, so it claims nothing itself."
    yield from ("", "| Guardrail | Phase | Tests |", "|---|---|---|")
    for row in matrix.capabilities:
        if row.id.startswith(GUARDRAIL) and not row.controls:
            name = row.id.removeprefix(GUARDRAIL)
            link = f"[`{name}`](guardrails.md#{name}): {row.title}"
            yield f"| {link} | {row.phase} | {', '.join(_files(row))} |"
    yield ""


def _notes(matrix: Matrix) -> Iterator[str]:
    yield from ("## Notes on controls", "")
    claimed = {control for row in matrix.capabilities for control in row.controls}
    for control in sorted(claimed, key=in_order):
        if note := matrix.crosswalk.controls[control].note:
            yield f"- {control}: {note}"
    yield ""


def _link(row: CapabilityRow) -> str:
    if row.id.startswith(GUARDRAIL) and not row.controls:
        return f"[{row.id}](guardrails.md#{row.id.removeprefix(GUARDRAIL)})"
    return f"[{row.id}](controls.md#{row.id})"


def data_centre_page() -> str:
    """Give the table of traditional controls, and responsibilities capability by capability."""
    rows = {row.id: row for row in control_matrix().capabilities}
    lines = ["## Control by control", ""]
    lines += ["| There | Here | Answers | AWS | You |", "|---|---|---|---|---|"]
    for each in traditional_controls():
        links = ", ".join(_link(rows[name]) for name in each.capabilities)
        left = f" **Left open:** {each.open}." if each.open else ""
        lines.append(
            f"| **{each.control}** {each.purpose}. | {each.here}: {links} "
            f"| {RESPONSIBLE[each.responsible]} | {each.aws}. | {each.you}.{left} |"
        )
    lines += ["", "## Who answers for what", ""]
    for phase, title in PHASES.items():
        lines += [f"### Phase {phase}: {title}", ""]
        lines += [
            "| Capability | In a data center | AWS | You | By hand |",
            "|---|---|---|---|---|",
        ]
        lines += [_responsible(row) for row in rows.values() if row.phase == phase]
        lines.append("")
    return "\n".join(lines)


def _responsible(row: CapabilityRow) -> str:
    by_hand = "; ".join(row.manual_steps)
    return (
        f"| {_link(row)}: {row.title} | {row.data_centre} | {row.responsibility.aws} "
        f"| {row.responsibility.customer} | {by_hand} |"
    )
