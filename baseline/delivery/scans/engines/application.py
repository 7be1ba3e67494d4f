"""Scan of a running application: wapiti crawls and attacks it, schemathesis calls its API."""

from __future__ import annotations

import http.client
import ipaddress
import json
import re
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urljoin, urlsplit

from baseline.delivery.scans.engines.request import Outcome, Request
from baseline.delivery.scans.findings import ScanFinding
from baseline.delivery.scans.parsing import parse_schemathesis, parse_wapiti
from baseline.delivery.scans.parsing.running_application import unreached_operations
from baseline.delivery.scans.running import ScanError, as_json, run

# Attacks that change nothing of the machine and need no server outside.
MODULES = "sql,exec,file,xss,redirect,http_headers,csp,cookieflags"
CHECKS = (
    "not_a_server_error,ignored_auth,response_schema_conformance,"
    "content_type_conformance,status_code_conformance"
)
EXAMPLES = 20
ATTACK_SECONDS = 120
REACH_SECONDS = 10
LARGEST_DOCUMENT = 5_000_000
_HEADER = re.compile(r"[A-Za-z0-9-]+:\s*[^\r\n]+")


def dast(request: Request) -> Outcome:
    """Attack a running application of one's own: crawl and inject, and call its API.

    Only what the address itself leads to is attacked, never another host.

    Raises:
        ScanError: the address is none, nothing answers, or a tool failed.
    """
    for number, header in enumerate(request.headers, 1):
        if not _HEADER.fullmatch(header):
            # Not the header itself: it may be a token whose name was forgotten.
            raise ScanError(f"header {number} is none; give 'Name: value'")
    url = _checked(request.target)
    document = request.openapi or _document(url)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        text = _wapiti(request, url, folder)
        findings = parse_wapiti(as_json("wapiti", text))
        raw, tools, notes = {"wapiti.json": text}, ["wapiti"], list[str]()
        if document is None:
            notes.append("no OpenAPI document was named or found, so the API was not called")
        else:
            text = _schemathesis(request, url, document, folder)
            findings += _api(text, notes)
            raw["schemathesis.json"] = text
            tools.append("schemathesis")
    return Outcome(
        findings=findings,
        raw={name: without_headers(text, request.headers) for name, text in raw.items()},
        tools=tuple(tools),
        scanned=url,
        notes=notes,
    )


def without_headers(text: str, headers: Sequence[str]) -> str:
    """Give a report without the values of headers: they are credentials, and some tools repeat them."""
    for header in headers:
        value = header.partition(":")[2].strip()
        text = text.replace(json.dumps(value)[1:-1], "***") if value else text
    return text


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise ScanError(f"{url} is no address of an application; give http(s)://host/")
    try:
        local = ipaddress.ip_address(parts.hostname).is_link_local
    except ValueError:
        local = False
    if local:
        raise ScanError(f"{url} is the address of a machine's metadata, not of an application")
    status = _status(url)
    if status is None:
        raise ScanError(f"nothing answers at {url}; start the application first")
    return url if parts.path else f"{url}/"


def _status(url: str) -> int | None:
    """Give the status of an answer, or nothing where none comes."""
    try:
        with urllib.request.urlopen(url, timeout=REACH_SECONDS) as answer:  # noqa: S310 - checked
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, http.client.HTTPException):
        return None


def _document(url: str) -> str | None:
    """Give the address of the application's OpenAPI document, if it has one."""
    address = urljoin(url, "/openapi.json")
    try:
        with urllib.request.urlopen(address, timeout=REACH_SECONDS) as answer:  # noqa: S310 - checked
            body = as_json("the application", answer.read(LARGEST_DOCUMENT).decode("utf-8"))
    except (OSError, http.client.HTTPException, ValueError):
        return None
    return address if isinstance(body, dict) and ("openapi" in body or "swagger" in body) else None


def _wapiti(request: Request, url: str, folder: Path) -> str:
    report = folder / "wapiti.json"
    command = [request.toolbox.program("wapiti"), "--url", url, "--module", MODULES]
    command += ["--scope", "folder", "--flush-session", "--no-bugreport", "--verbose", "0"]
    command += [
        "--store-session",
        str(folder / "session"),
        "--store-config",
        str(folder / "config"),
    ]
    # It has to end by itself, with a report, before its time is over.
    command += ["--max-scan-time", f"{request.seconds * 0.9:.0f}"]
    command += ["--max-attack-time", str(ATTACK_SECONDS), "--timeout", "10", "--depth", "4"]
    command += ["--format", "json", "--output", str(report)]
    for header in request.headers:
        command += ["--header", header]
    run("wapiti", command, fine=[0], seconds=request.seconds, folder=folder)
    return _written("wapiti", report)


def _schemathesis(request: Request, url: str, document: str, folder: Path) -> str:
    report = folder / "schemathesis.json"
    if "://" not in document:
        if not Path(document).is_file():
            raise ScanError(f"{document} does not exist; name a file or the address of one")
        document = str(Path(document).absolute())
    parts = urlsplit(url)
    command = [request.toolbox.program("schemathesis"), "run", document]
    command += ["--url", f"{parts.scheme}://{parts.netloc}", "--checks", CHECKS]
    command += ["--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES)]
    command += ["--continue-on-failure", "--generation-deterministic", "--no-color"]
    command += ["--request-timeout", "10", "--report", "json", "--report-json-path", str(report)]
    for header in request.headers:
        command += ["--header", header]
    run("schemathesis", command, fine=[0, 1], seconds=request.seconds, folder=folder)
    return _written("schemathesis", report)


def _written(name: str, report: Path) -> str:
    try:
        return report.read_text("utf-8")
    except OSError:
        raise ScanError(f"{name} wrote no report; run it again") from None


def _api(text: str, notes: list[str]) -> list[ScanFinding]:
    report = as_json("schemathesis", text)
    refused = unreached_operations(report)
    if refused:
        notes.append(
            f"operations of the API that only ever refused: {len(refused)} ({', '.join(refused[:5])}); "
            "pass the credentials of a test user (--header) to test what is behind"
        )
    return parse_schemathesis(report)
