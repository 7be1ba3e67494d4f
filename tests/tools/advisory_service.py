"""Advisory services on the loopback address: they answer as OSV and the npm registry do."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# As OSV has it, without what pip-audit does not read.
JINJA = {
    "id": "PYSEC-2021-66",
    "summary": "Regular expression denial of service in jinja2",
    "details": "The filter urlize of jinja2 before 2.11.3 takes very long for some addresses.",
    "aliases": ["CVE-2020-28493", "GHSA-g3rq-g295-4j3m"],
    "modified": "2021-03-22T16:34:00Z",
    "published": "2021-02-01T20:15:00Z",
    "affected": [
        {
            "package": {"name": "jinja2", "ecosystem": "PyPI", "purl": "pkg:pypi/jinja2"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.11.3"}]}],
            "versions": ["2.11.0", "2.11.1", "2.11.2"],
        }
    ],
}
# As the bulk endpoint of the npm registry has it.
MINIMIST = {
    "id": 1097678,
    "url": "https://github.com/advisories/GHSA-xvch-5gv4-984h",
    "title": "Prototype Pollution in minimist",
    "severity": "critical",
    "vulnerable_versions": "<0.2.4",
    "cwe": ["CWE-1321"],
    "cvss": {"score": 9.8, "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},
}


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        asked = json.loads(body)
        if self.path == "/osv":
            known = (asked["package"]["name"], asked["version"]) == ("jinja2", "2.11.2")
            self._answer({"vulns": [JINJA]} if known else {})
        else:
            self._answer({"minimist": [MINIMIST]} if "minimist" in asked else {})

    def _answer(self, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def advisory_service() -> Iterator[str]:
    """Serve for as long as the block lasts, and give the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
