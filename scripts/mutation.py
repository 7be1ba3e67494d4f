"""Break every guardrail in every way and see whether a proof notices: ``make mutation``.

Each statement is removed, each action, resource and condition value, each condition; each exemption
is loosened by prefix, path, account and class. A mutant that no proof notices survives; it needs a
reason in ``tests/unit/guardrails/survivors.json``, and at most five in a hundred may survive.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.unit.guardrails import harness  # noqa: E402
from tests.unit.guardrails.mutations import mutants  # noqa: E402

NOTICED_AT_LEAST = 95
REASONS = ROOT / "tests/unit/guardrails/survivors.json"


def survivors(name: str, *, switches: bool) -> Iterator[tuple[str, bool]]:
    """Give each mutant of a guardrail and whether it survives its proofs."""
    cases = list(harness.cases(name, switches=switches))
    roles = harness.world(switches=switches).roles
    statements = harness.rendered(name, switches=switches).statements
    for what, changed in mutants(statements, roles):
        organization = harness.alone(name, changed, switches=switches)
        yield what, not harness.notices(cases, organization, what)


def main() -> int:
    """Run all mutants; print a line for each guardrail, then the survivors."""
    reasons: dict[str, str] = json.loads(REASONS.read_text(encoding="utf-8"))
    started, total = time.perf_counter(), 0
    alive: list[str] = []
    for guardrail in harness.deciding():
        rows = {
            f"{guardrail.id}: {what}": survives
            for switches in harness.SWITCHES
            for what, survives in survivors(guardrail.id, switches=switches)
        }
        total += len(rows)
        lived = [what for what, survives in rows.items() if survives]
        alive += lived
        print(f"{guardrail.id}: {len(rows)} mutants, {len(rows) - len(lived)} noticed", flush=True)
    noticed = 100 * (total - len(alive)) / total
    for what in alive:
        print(f"survives: {what}: {reasons.get(what, 'NO REASON GIVEN')}")
    unexplained = [what for what in alive if what not in reasons]
    stale = sorted(set(reasons) - set(alive))
    for what in stale:
        print(f"noticed by now, take its reason out of {REASONS.name}: {what}")
    seconds = time.perf_counter() - started
    print(
        f"{total} mutants, {noticed:.1f} % noticed, {len(unexplained)} unexplained, {seconds:.0f} s"
    )
    return int(noticed < NOTICED_AT_LEAST or bool(unexplained) or bool(stale))


if __name__ == "__main__":
    sys.exit(main())
