"""`baseline guardrails`: the catalog, and the proofs of a configuration."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from baseline.cli.guardrail_library import (
    WRONG_INPUT,
    AsJson,
    list_guardrails,
    named_table,
    show,
)
from baseline.config import load
from baseline.errors import BaselineError
from baseline.guardrails.explanation import Explanation, explain
from baseline.guardrails.proofs import Result, rate, run

FINDINGS = 1
SHOWN_FAILURES = 50

guardrails_app = typer.Typer(
    help="The guardrails: what there is, and that they hold.", no_args_is_help=True
)


guardrails_app.command("list")(list_guardrails)
guardrails_app.command("show")(show)


@guardrails_app.command("test")
def run_proofs(
    *,
    config: Annotated[Path, typer.Option("--config", help="The configuration.")] = Path(
        "baseline.yaml"
    ),
    bench: Annotated[
        bool, typer.Option("--bench", help="Also measure evaluations a second.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run all proofs over the policies that really bind each unit of a configuration.

    Exit status: 0 all hold, 1 a proof failed, 2 the configuration is wrong.
    """
    try:
        configuration = load(config)
        results = run(configuration)
    except BaselineError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_INPUT) from None
    failed = [result for result in results if not result.passed]
    speed = {"evaluations_per_second": round(rate(configuration))} if bench else {}
    if as_json:
        report = {"passed": not failed, **speed, "results": [_row(row) for row in results]}
        typer.echo(json.dumps(report, indent=2))
    else:
        _print(results, failed)
        for value in speed.values():
            typer.echo(f"{value:,} evaluations a second")
    if failed:
        raise typer.Exit(FINDINGS)


@guardrails_app.command("explain")
def explain_request(
    *,
    unit: Annotated[str, typer.Option("--ou", help="Unit of the caller's account.")],
    principal: Annotated[
        str, typer.Option("--principal", help="ARN of the caller, a service, or '*'.")
    ],
    action: Annotated[str, typer.Option("--action", help="The action, such as s3:GetObject.")],
    resource: Annotated[str, typer.Option("--resource", help="ARN of the resource.")] = "*",
    region: Annotated[
        str, typer.Option("--region", help="The Region called; the home Region by default.")
    ] = "",
    context: Annotated[
        list[str] | None,
        typer.Option("--context", help="A condition key, KEY=VALUE; repeat for more values."),
    ] = None,
    outside: Annotated[
        bool,
        typer.Option("--outside", help="The caller is a stranger; the unit is the resource's."),
    ] = False,
    config: Annotated[Path, typer.Option("--config", help="The configuration.")] = Path(
        "baseline.yaml"
    ),
    as_json: AsJson = False,
) -> None:
    """Say which statement decides on one request, or that nothing denies it.

    Exit status: 0 explained, 2 the request or the configuration is wrong.
    """
    try:
        found = explain(
            load(config),
            unit=unit,
            principal=principal,
            action=action,
            resource=resource,
            region=region,
            context=_context(context or []),
            outside=outside,
        )
    except BaselineError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_INPUT) from None
    if as_json:
        typer.echo(json.dumps(_explanation(found), indent=2))
        return
    decision, guardrail = found.decision, found.guardrail
    typer.echo(f"{decision.verdict}: {decision.reason}")
    if guardrail is not None:
        typer.echo(f"guardrail {guardrail.id}: {guardrail.title}\n{guardrail.why}")


def _context(pairs: list[str]) -> dict[str, str | list[str]]:
    """Read condition keys from the command line."""
    found: dict[str, list[str]] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise BaselineError(f"--context {pair!r} is not of the form KEY=VALUE")
        found.setdefault(key, []).append(value)
    return {key: values[0] if len(values) == 1 else values for key, values in found.items()}


def _explanation(found: Explanation) -> dict[str, object]:
    """Give an explanation for programs."""
    request, decision = found.request, found.decision
    return {
        "verdict": decision.verdict,
        "reason": decision.reason,
        "policy": decision.policy,
        "statement": decision.sid,
        "level": decision.level,
        "guardrail": found.guardrail.id if found.guardrail else "",
        "principal": request.principal_arn,
        "action": request.action,
        "resource": request.resource,
        "region": request.region,
        "context": dict(request.context),
    }


def _print(results: list[Result], failed: list[Result]) -> None:
    """Print how many proofs each guardrail has, the deciding statements, and what failed."""
    console = Console()
    table = named_table("unit", "guardrail", "denied", "allowed", "failed", "decided by")
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        groups.setdefault((result.target, result.case.guardrail), []).append(result)
    for (target, guardrail), rows in groups.items():
        verdicts = Counter(row.decision.verdict for row in rows)
        wrong = sum(not row.passed for row in rows)
        sids = sorted({row.decision.sid for row in rows if row.decision.sid})
        table.add_row(
            target,
            guardrail,
            str(verdicts["denied"]),
            str(verdicts["allowed"]),
            f"[red]{wrong}[/red]" if wrong else "0",
            ", ".join(sids),
        )
    console.print(table)
    for result in failed[:SHOWN_FAILURES]:
        console.print(f"failed: {result}", markup=False, style="red", soft_wrap=True)
    if len(failed) > SHOWN_FAILURES:
        console.print(f"and {len(failed) - SHOWN_FAILURES} more")
    outcome = f"{len(failed)} failed" if failed else "all hold"
    console.print(f"{len(results)} requests evaluated, {outcome}")


def _row(result: Result) -> dict[str, object]:
    """Give a result for programs."""
    request, decision = result.case.request, result.decision
    return {
        "unit": result.target,
        "guardrail": result.case.guardrail,
        "why": result.case.why,
        "principal": request.principal_arn,
        "action": request.action,
        "resource": request.resource,
        "region": request.region,
        "context": dict(request.context),
        "expected": result.case.expected,
        "verdict": decision.verdict,
        "policy": decision.policy,
        "statement": decision.sid,
        "level": decision.level,
        "passed": result.passed,
    }
