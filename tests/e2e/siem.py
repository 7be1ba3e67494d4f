"""A SIEM: its section of the configuration, and an HTTPS endpoint on this machine that takes logs."""

from __future__ import annotations

import base64
import gzip
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.e2e.organization import Organization

VENDOR = "464646464646"
EXTERNAL_ID = "us1-7f3kq9x2m4w8z6b1"


def section(port: int) -> str:
    """Give the lines of baseline.yaml that switch both ways on."""
    return f"""
siem:
  pull: {{ account: "{VENDOR}", external_id: "{EXTERNAL_ID}" }}
  push:
    destination: https
    url: "https://localhost:{port}/collect"
    sources: [findings, activity, trail]
"""


class Collector:
    """What the endpoint received: the text of the records, and the tokens of the requests."""

    def __init__(self) -> None:
        self.records: list[str] = []
        self.tokens: set[str] = set()

    def text(self, wanted: str, seconds: float) -> str:
        """Give all records, at the latest when one holds ``wanted``."""
        deadline = time.monotonic() + seconds
        while wanted not in "".join(self.records) and time.monotonic() < deadline:
            time.sleep(0.1)
        return "".join(self.records)


@contextmanager
def collecting(organization: Organization, folder: Path) -> Iterator[Collector]:
    """Run the endpoint of the configuration, as long as the block lasts."""
    push = organization.session.configuration.siem.push
    assert push is not None
    collector = Collector()
    server = HTTPServer(("127.0.0.1", urlsplit(push.url).port or 443), _handler(collector))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(collector: Collector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Encoding"] == "gzip":
                body = gzip.decompress(body)
            document = json.loads(body)
            collector.tokens.add(self.headers["X-Amz-Firehose-Access-Key"])
            collector.records += [
                base64.b64decode(record["data"]).decode() for record in document["records"]
            ]
            answer = json.dumps({"requestId": document["requestId"], "timestamp": 1}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    return Handler


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "endpoint.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file
