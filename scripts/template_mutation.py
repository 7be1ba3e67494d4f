"""Take every protection out of the templates, one at a time, and see who notices.

The judges that need no test come first: ``baseline review``, the Guard rules, the contracts. With
``--tests`` the unit tests are asked as well, each with the templates that it reads (hours; a run that
was stopped goes on where it was). What nobody notices needs a reason in
``tests/mutation/survivors.json``. ``--write`` keeps the score in ``tests/mutation/score.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.mutation import judges  # noqa: E402
from tests.mutation.live import OTHER, Key, key_of  # noqa: E402
from tests.mutation.score import (  # noqa: E402
    SCORE,
    Verdict,
    problems,
    read_score,
    reasons,
    score,
    survivors,
    table,
)
from tests.support import all_templates, synthesize  # noqa: E402

REPORT = ROOT / ".mutation" / "tests.json"
READERS = ("Template", "composed", ".synth(", "template")
"""Words of a test file that reads templates."""


def judged(assembly: Path, only: Sequence[str] = ()) -> tuple[list[judges.Subject], list[Verdict]]:
    """Give all mutants, or those of some kinds, and what the judges without tests say of each."""
    rows = list(judges.subjects(assembly, all_templates(assembly)))
    rows = [each for each in rows if not only or each.mutant.kind in only]
    asked = judges.contracts(assembly)
    rules = judges.by_rules(rows)
    verdicts = []
    for subject, rule in zip(rows, rules, strict=True):
        said = {
            judges.REVIEW: judges.by_review(subject),
            judges.RULE: rule,
            judges.CONTRACT: judges.by_contracts(subject, asked),
        }
        by = {judge: what for judge, what in said.items() if what}
        verdicts.append(Verdict(kind=subject.mutant.kind, name=subject.name, by=by))
    for stack, noticed in () if only else judges.unprotected(assembly).items():
        name = f"{stack}: termination protection removed"
        by = {judges.REVIEW: "termination-protection"} if noticed else {}
        verdicts.append(Verdict(kind="lock", name=name, by=by))
    return rows, verdicts


def ask_tests(rows: Sequence[judges.Subject], paths: Sequence[str]) -> None:
    """Ask the unit tests that read templates, a folder at a time."""
    REPORT.parent.mkdir(exist_ok=True)
    wanted = REPORT.with_name("wanted.json")
    wanted.write_text(json.dumps(sorted({key_of(each.mutant) for each in rows})), encoding="utf-8")
    environment = {**os.environ, "MUTATION_WANTED": str(wanted), "MUTATION_REPORT": str(REPORT)}
    for folder in paths or sorted(str(each) for each in (ROOT / "tests/unit").iterdir()):
        files = [str(each) for each in sorted(Path(folder).rglob("test_*.py")) if reads(each)]
        if files:
            print(f"{Path(folder).name}: {len(files)} files", flush=True)
            options = ["-q", "-p", "tests.mutation.plugin", "-p", "no:xdist", "--no-header"]
            subprocess.run(
                [sys.executable, "-m", "pytest", *options, *files],
                cwd=ROOT,
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )


def reads(file: Path) -> bool:
    """Tell whether a test file reads templates, by its words and those of the folder's fixtures."""
    beside = file.with_name("conftest.py")
    texts = [each.read_text(encoding="utf-8") for each in (file, beside) if each.exists()]
    return any(word in text for word in READERS for text in texts)


def add_tests(rows: Sequence[judges.Subject], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Add what the tests noticed, as far as they were asked, and give how far that is."""
    if not REPORT.exists():
        return {}
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    noticed: dict[Key, str] = {(row[0], row[1], row[2]): row[3] for row in report["noticed"]}
    for subject, verdict in zip(rows, verdicts, strict=False):
        key = key_of(subject.mutant)
        # Without a name, any other resource of the type is as good.
        own = "test" if subject.mutant.who else "test of its like"
        for judge, who in ((own, key), ("test of its like", (*key[:2], OTHER))):
            if who in noticed:
                verdict.by[judge] = noticed[who]
    return {"files": report["files"], "unfinished": report["unfinished"]}


def main() -> int:
    """Run the judges; print the score, then the survivors with their reasons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", nargs="*", metavar="FOLDER", help="ask the unit tests too")
    parser.add_argument("--assembly", type=Path, metavar="FOLDER", help="instead of the example")
    parser.add_argument("--only", nargs="+", default=[], metavar="KIND", help="leave others alone")
    parser.add_argument("--write", action="store_true", help="keep the score")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = options.assembly or synthesize(Path(folder, "assembly"), "baseline:nag=false")
        rows, verdicts = judged(made, options.only)
    if options.tests is not None:
        ask_tests(rows, options.tests)
    tests = add_tests(rows, verdicts)
    found, alive = score(verdicts), survivors(verdicts)
    known = reasons()
    if options.only:
        found, alive = merged(found, options.only), sorted({*alive, *known})
    print(table(found))
    for name in alive:
        print(f"survives: {name}: {known.get(name, 'NO REASON GIVEN')}")
    wrong = problems(found, alive)
    for each in wrong:
        print(each)
    if options.write:
        document = {
            "kinds": found,
            "tests": tests,
            "by_others": by_others(verdicts),
            "review_only": review_only(rows, verdicts),
        }
        if options.only:
            document = with_others(document, options.only, {each.name for each in verdicts})
        SCORE.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return int(bool(wrong))


Rows = dict[str, dict[str, int]]


def merged(found: Rows, only: Sequence[str]) -> Rows:
    """Give the score with what stands in the repository of the other kinds."""
    kept = {kind: row for kind, row in read_score()["kinds"].items() if kind not in {*only, "all"}}
    rows = {**kept, **{kind: row for kind, row in found.items() if kind != "all"}}
    total = {name: sum(row[name] for row in rows.values()) for name in found["all"]}
    return {**{kind: rows[kind] for kind in sorted(rows)}, "all": total}


def with_others(document: dict[str, Any], only: Sequence[str], asked: set[str]) -> dict[str, Any]:
    """Give the document with what stands in the repository of the mutants that were not asked about."""
    kept = read_score()
    others = {name: who for name, who in kept["by_others"].items() if name not in asked}
    alone = {
        name: count
        for name, count in kept["review_only"].items()
        if name.partition(":")[0] not in only
    }
    return {
        **document,
        "tests": kept["tests"],
        "by_others": {**others, **document["by_others"]},
        "review_only": dict(sorted({**alone, **document["review_only"]}.items())),
    }


def by_others(verdicts: Sequence[Verdict]) -> dict[str, str]:
    """Give what only a Guard rule or a unit test notices, with who: the default tests rely on it."""
    quick = {judges.REVIEW, judges.CONTRACT}
    return {
        each.name: next(iter(each.by.values()))
        for each in verdicts
        if each.by and not quick & set(each.by)
    }


def review_only(rows: Sequence[judges.Subject], verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Count by name the mutants that the review alone notices: no test fails without them."""
    found: dict[str, int] = {}
    for subject, verdict in zip(rows, verdicts, strict=False):
        if set(verdict.by) == {judges.REVIEW}:
            name = f"{subject.mutant.kind}: {subject.mutant.name}"
            found[name] = found.get(name, 0) + 1
    return dict(sorted(found.items()))


if __name__ == "__main__":
    sys.exit(main())
