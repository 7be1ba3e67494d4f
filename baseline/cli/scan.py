"""`baseline scan`: flaws in source, secrets, packages and running applications."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from baseline.cli.scan_import import import_
from baseline.cli.scan_tools import tools_app
from baseline.delivery.scans.engines import Request
from baseline.delivery.scans.engines.request import SECONDS
from baseline.delivery.scans.findings import Scan, Severity
from baseline.delivery.scans.parsing import LicensePolicy
from baseline.delivery.scans.reports import Result
from baseline.delivery.scans.running import ScanError
from baseline.delivery.scans.scanning import scan, write
from baseline.delivery.scans.suppressions import read_suppressions
from baseline.delivery.scans.tools import Toolbox
from baseline.errors import BaselineError

FINDINGS = 1
WRONG_INPUT = 2
SHOWN = 50
_WIDTH = 150
COLORS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}

scan_app = typer.Typer(
    name="scan",
    help="Look for flaws: in source, for secrets, in packages, in a running application.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
scan_app.add_typer(tools_app)
scan_app.command("import")(import_)


class Advisories(StrEnum):
    """Who knows the flaws of Python packages."""

    PYPI = "pypi"
    OSV = "osv"


Source = Annotated[str, typer.Argument(metavar="PATH", help="File or folder.")]
Packages = Annotated[
    str,
    typer.Argument(
        metavar="PATH",
        help="Requirements file, package-lock.json, virtual environment, or a folder of them.",
    ),
]
Output = Annotated[
    Path, typer.Option("--output", "-o", help="Folder of the reports; one folder a scan in it.")
]
Threshold = Annotated[
    Severity, typer.Option("--threshold", "-t", help="Severity from which the exit status is 1.")
]
Suppressions = Annotated[
    Path | None, typer.Option("--suppressions", "-s", help="File of accepted findings.")
]
Project = Annotated[
    str | None,
    typer.Option(help="Name that stays from run to run. By default that of the folder or host."),
]
Tools = Annotated[
    Path | None,
    typer.Option("--tools", help="Folder of the installed tools. By default .venv-scan."),
]
Timeout = Annotated[float, typer.Option(min=1, help="Seconds that each tool gets.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON for programs.")]
_OUTPUT = Path("scan-results")


@scan_app.command()
def sast(
    path: Source,
    *,
    output: Output = _OUTPUT,
    threshold: Threshold = Severity.HIGH,
    suppressions: Suppressions = None,
    rules: Annotated[
        Path | None, typer.Option(help="File or folder of semgrep rules of your own, besides.")
    ] = None,
    project: Project = None,
    tools: Tools = None,
    timeout: Timeout = SECONDS,
    as_json: AsJson = False,
) -> None:
    """Look for flaws in Python source (semgrep with the baseline's rules, bandit)."""
    with _problems():
        request = Request(target=path, toolbox=Toolbox.named(tools), seconds=timeout, rules=rules)
        _do(
            Scan.SAST,
            request,
            output=output,
            threshold=threshold,
            suppressions=suppressions,
            project=project,
            as_json=as_json,
        )


@scan_app.command()
def secrets(
    path: Source,
    *,
    output: Output = _OUTPUT,
    threshold: Threshold = Severity.HIGH,
    suppressions: Suppressions = None,
    history: Annotated[
        bool, typer.Option("--history", help="Read every former version in git, too.")
    ] = False,
    project: Project = None,
    tools: Tools = None,
    timeout: Timeout = SECONDS,
    as_json: AsJson = False,
) -> None:
    """Look for secrets in all files, in git's history by choice (detect-secrets)."""
    with _problems():
        request = Request(
            target=path, toolbox=Toolbox.named(tools), seconds=timeout, history=history
        )
        _do(
            Scan.SECRETS,
            request,
            output=output,
            threshold=threshold,
            suppressions=suppressions,
            project=project,
            as_json=as_json,
        )


@scan_app.command()
def dependencies(
    path: Packages,
    *,
    output: Output = _OUTPUT,
    threshold: Threshold = Severity.HIGH,
    suppressions: Suppressions = None,
    advisories: Annotated[
        Advisories, typer.Option(help="Who is asked about Python packages.")
    ] = Advisories.PYPI,
    osv_url: Annotated[
        str | None, typer.Option(help="Address of a mirror of OSV; with --advisories osv.")
    ] = None,
    project: Project = None,
    tools: Tools = None,
    timeout: Timeout = SECONDS,
    as_json: AsJson = False,
) -> None:
    """Look for packages with known flaws (pip-audit, npm audit)."""
    with _problems():
        if osv_url is not None and advisories is not Advisories.OSV:
            raise ScanError("--osv-url is for --advisories osv; give both")
        request = Request(
            target=path,
            toolbox=Toolbox.named(tools),
            seconds=timeout,
            advisories=advisories.value,
            osv_url=osv_url,
        )
        _do(
            Scan.DEPENDENCIES,
            request,
            output=output,
            threshold=threshold,
            suppressions=suppressions,
            project=project,
            as_json=as_json,
        )


@scan_app.command()
def licenses(
    path: Packages,
    *,
    output: Output = _OUTPUT,
    threshold: Threshold = Severity.HIGH,
    suppressions: Suppressions = None,
    policy: Annotated[
        Path | None, typer.Option(help="YAML with the lists allowed and denied.")
    ] = None,
    project: Project = None,
    tools: Tools = None,
    timeout: Timeout = SECONDS,
    as_json: AsJson = False,
) -> None:
    """Judge the licences of packages by a policy; reads a CycloneDX file, too."""
    with _problems():
        request = Request(
            target=path,
            toolbox=Toolbox.named(tools),
            seconds=timeout,
            policy=LicensePolicy.read(policy),
        )
        _do(
            Scan.LICENSES,
            request,
            output=output,
            threshold=threshold,
            suppressions=suppressions,
            project=project,
            as_json=as_json,
        )


@scan_app.command()
def sbom(
    path: Packages,
    *,
    output: Output = _OUTPUT,
    threshold: Threshold = Severity.HIGH,
    suppressions: Suppressions = None,
    project: Project = None,
    tools: Tools = None,
    timeout: Timeout = SECONDS,
    as_json: AsJson = False,
) -> None:
    """Write CycloneDX bills of materials; finds nothing by itself (cyclonedx-bom, npm)."""
    with _problems():
        request = Request(target=path, toolbox=Toolbox.named(tools), seconds=timeout)
        _do(
            Scan.SBOM,
            request,
            output=output,
            threshold=threshold,
            suppressions=suppressions,
            project=project,
            as_json=as_json,
        )


@scan_app.command()
def dast(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of your application.")],
    *,
    output: Output = _OUTPUT,
    threshold: Threshold = Severity.HIGH,
    suppressions: Suppressions = None,
    openapi: Annotated[
        str | None, typer.Option(help="OpenAPI document; by default URL/openapi.json if there.")
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option(help="Header of all requests, 'Name: value'; repeat for more."),
    ] = None,
    project: Project = None,
    tools: Tools = None,
    timeout: Timeout = SECONDS,
    as_json: AsJson = False,
) -> None:
    """Attack a running application: it has to be yours, and a test one (wapiti, schemathesis)."""
    with _problems():
        request = Request(
            target=url,
            toolbox=Toolbox.named(tools),
            seconds=timeout,
            openapi=openapi,
            headers=tuple(header or ()),
        )
        _do(
            Scan.DAST,
            request,
            output=output,
            threshold=threshold,
            suppressions=suppressions,
            project=project,
            as_json=as_json,
        )


def _do(
    kind: Scan,
    request: Request,
    *,
    output: Path,
    threshold: Severity,
    suppressions: Path | None,
    project: str | None,
    as_json: bool,
) -> None:
    now = dt.datetime.now(dt.UTC)
    accepted = read_suppressions(suppressions, now.date())
    console = _console(stderr=True)
    with console.status(f"{kind}: {escape(request.target)}"):
        result, raw = scan(
            kind, request, threshold=threshold, suppressions=accepted, project=project, now=now
        )
    folder = write(result, raw, output)
    if as_json:
        typer.echo(json.dumps(result.as_dict(), indent=2))
    else:
        _show(_console(stderr=False), result, folder)
    if result.failing:
        raise typer.Exit(FINDINGS)


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal:
        console = Console(stderr=stderr, highlight=False, width=_WIDTH)
    return console


def _show(console: Console, result: Result, folder: Path) -> None:
    if result.open:
        table = Table("severity", "where", "what", "rule", box=None, pad_edge=False)
        for each in result.open[:SHOWN]:
            severity = f"[{COLORS[each.severity]}]{each.severity}[/]"
            rule = escape(f"{each.tool} {each.rule}")
            table.add_row(severity, escape(each.place), escape(each.title), rule)
        console.print(table)
    if len(result.open) > SHOWN:
        console.print(f"and {len(result.open) - SHOWN} more; {folder} has all of them")
    for note in result.notes:
        console.print(f"note: {escape(note)}")
    counted = ", ".join(f"{count} {name}" for name, count in result.counts.items())
    accepted = len(result.findings) - len(result.open)
    verdict = f"failed at {result.threshold}" if result.failing else "passed"
    console.print(
        f"{result.scan} of {escape(result.scanned)}: {counted}; {accepted} accepted; {verdict}"
    )
    console.print(f"reports: {escape(str(folder))}")


@contextmanager
def _problems() -> Iterator[None]:
    """Turn what goes wrong into lines on standard error and the exit status."""
    try:
        yield
    except BaselineError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_INPUT) from None
