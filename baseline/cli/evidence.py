"""`baseline evidence`: what auditors ask for, hashed, in a zip or a bucket; and its verification."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from baseline.errors import BaselineError

if TYPE_CHECKING:
    from rich.console import Console

    from baseline.evidence.verification import Verdict

FINDINGS = 1
WRONG_INPUT = 2
SINCE_DAYS = 31
_WIDTH = 120
_COLORS = {"collected": "green", "empty": "dim", "denied": "red", "failed": "red"}


def evidence(
    *,
    config: Annotated[Path, typer.Option("--config", "-c", help="The configuration.")] = Path(
        "baseline.yaml"
    ),
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            help="A new FILE.zip, or s3://BUCKET/PREFIX. A zip named after the time by default.",
        ),
    ] = "",
    since: Annotated[
        str,
        typer.Option("--since", help="First day, as in 2026-10-01. 31 days ago by default."),
    ] = "",
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            help="A source: controls, proofs, tests, artifact, config, conformance-packs, backup, "
            "reports or security-hub; repeat for more. All of them by default.",
        ),
    ] = None,
    tests: Annotated[
        list[Path] | None,
        typer.Option("--tests", help="JUnit file with results of tests; repeat for more."),
    ] = None,
    reports: Annotated[
        list[str] | None,
        typer.Option("--reports", help="s3://BUCKET/PREFIX with reports to copy; repeatable."),
    ] = None,
    assembly: Annotated[
        Path, typer.Option("--assembly", help="Where the synthesis wrote controls.json.")
    ] = Path("cdk.out"),
    artifact_reports: Annotated[
        bool,
        typer.Option(
            "--artifact-reports", help="Fetch the reports of AWS Artifact, not the list alone."
        ),
    ] = False,
    accept_terms: Annotated[
        bool,
        typer.Option("--accept-terms", help="Accept the terms of each report of AWS Artifact."),
    ] = False,
    profile: Annotated[
        str | None, typer.Option("--profile", help="AWS profile, of the security account at best.")
    ] = None,
    verify: Annotated[
        Path | None,
        typer.Option("--verify", help="Verify a package, a zip or a folder; collect nothing."),
    ] = None,
    digest: Annotated[
        str,
        typer.Option("--digest", help="With --verify: the SHA-256 that the manifest must have."),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Collect evidence of compliance from whatever may be read, and say what could not be.

    Exit status: 0 complete, 1 parts are missing or changed, 2 wrong input.
    """
    # boto3 and the collectors are loaded for this command alone.
    from baseline.evidence.request import Request  # noqa: PLC0415

    try:
        if verify is not None:
            fine = _verify(verify, digest, as_json=as_json)
        else:
            _refuse_digest(digest)
            request = Request.of(
                config=config,
                output=output,
                since=since or f"{datetime.now(UTC) - timedelta(days=SINCE_DAYS):%Y-%m-%d}",
                only=tuple(only or ()),
                tests=tuple(tests or ()),
                reports=tuple(reports or ()),
                assembly=assembly,
                artifact="reports" if artifact_reports else "list",
                accept_terms=accept_terms,
                profile=profile,
            )
            fine = _collect(request, as_json=as_json)
    except BaselineError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_INPUT) from None
    if not fine:
        raise typer.Exit(FINDINGS)


def _refuse_digest(digest: str) -> None:
    if digest:
        raise BaselineError("--digest says what --verify has to find; pass both")


def _collect(request: Any, *, as_json: bool) -> bool:  # noqa: ANN401 - a Request, loaded later
    """Collect, and print what came of it."""
    console = _console(error=as_json)
    with console.status("collecting") as status:
        found = request.run(
            progress=lambda item: status.update(f"{item.source}: {item.path or item.status}")
        )
    manifest, place = found.manifest, found.place
    if as_json:
        document = {"package": place, "manifest_sha256": found.digest, **manifest}
        typer.echo(json.dumps(document, indent=2))
    else:
        _show(console, manifest)
        console.print(f"package {place}", soft_wrap=True)
        console.print(f"manifest SHA-256 {found.digest}", soft_wrap=True)
        console.print("write it into the ticket: --verify PACKAGE --digest SHA-256", style="dim")
    return bool(manifest["complete"])


def _show(console: Console, manifest: dict[str, Any]) -> None:
    from rich.table import Table  # noqa: PLC0415 - with the rest of rich, when something is shown

    table = Table("source", "part", "status", "records", "bytes", "why")
    for item in manifest["items"]:
        status = str(item["status"])
        color = _COLORS.get(status, "yellow")
        table.add_row(
            item["source"],
            item["path"],
            f"[{color}]{status}[/{color}]",
            f"{item['records']:,}" if item["records"] else "",
            f"{item['bytes']:,}" if item["bytes"] else "",
            item["error"],
        )
    console.print(table)
    missing = sum(bool(item["missing"]) for item in manifest["items"])
    said = f"{missing} part{'s' * (missing > 1)} missing" if missing else "complete"
    console.print(
        f"collected by {manifest['collected_by']} in {manifest['account'] or 'no account'}, "
        f"{manifest['finished']}: {said}",
        soft_wrap=True,
    )


def _verify(file: Path, digest: str, *, as_json: bool) -> bool:
    from baseline.evidence.verification import verify  # noqa: PLC0415 - as in evidence()

    verdict = verify(file)
    other = bool(digest) and digest.lower() != verdict.digest
    if as_json:
        typer.echo(json.dumps(_document(verdict, other_manifest=other), indent=2))
    else:
        _print(verdict, digest if other else "")
    return verdict.whole and not other


def _document(verdict: Verdict, *, other_manifest: bool) -> dict[str, object]:
    return {
        "whole": verdict.whole and not other_manifest,
        "manifest_sha256": verdict.digest,
        "manifest_is_another": other_manifest,
        "verified": verdict.verified,
        "changed": verdict.changed,
        "missing": verdict.missing,
        "extra": verdict.extra,
    }


def _print(verdict: Verdict, wanted: str) -> None:
    console, manifest = _console(error=False), verdict.manifest
    for kind in ("changed", "missing", "extra"):
        for name in getattr(verdict, kind):
            console.print(f"{kind}: {name}", markup=False, style="red", soft_wrap=True)
    if wanted:
        console.print(
            f"the manifest is another one: SHA-256 {verdict.digest}, wanted {wanted}",
            style="red",
            soft_wrap=True,
        )
    console.print(
        f"{verdict.verified} files are as the manifest says; collected by "
        f"{manifest.get('collected_by', '?')} on {manifest.get('finished', '?')}",
        markup=False,
        soft_wrap=True,
    )
    console.print(f"manifest SHA-256 {verdict.digest}", soft_wrap=True)


def _console(*, error: bool) -> Console:
    from rich.console import Console  # noqa: PLC0415 - as in _show

    console = Console(stderr=error, highlight=False)
    return console if console.is_terminal else Console(stderr=error, highlight=False, width=_WIDTH)
