"""The sample application of `../vulnerable` without its flaws: scanners must find nothing here."""

import argparse
import hashlib
import hmac
import html
import json
import os
import re
import secrets
import sqlite3
import subprocess
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

HERE = Path(__file__).resolve().parent
SALT = secrets.token_bytes(16)
# Who may call the API; a new one with each start where the environment has none.
API_KEY = os.environ.get("SAMPLE_API_KEY") or secrets.token_urlsafe(16)
HOST = re.compile(r"[a-z0-9.-]{1,60}")
TARGETS = {"hello": "/hello", "users": "/users"}
DOCUMENTS = {path.name: path for path in (HERE / "files").glob("*.txt")}
HEADERS = [
    ("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"),
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("X-XSS-Protection", "1; mode=block"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    ("Cache-Control", "no-store"),
]
PAGE = """<!doctype html><title>Sample</title><h1>Fixed sample</h1>
<a href="/users?name=ann">users</a> <a href="/hello?name=ann">hello</a>
<a href="/lookup?host=localhost">lookup</a> <a href="/files?name=readme.txt">files</a>
<a href="/go?to=hello">go</a>"""


def database():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE users (name TEXT, mail TEXT)")
    connection.execute("INSERT INTO users VALUES ('ann', 'ann@example.com')")
    return connection


def users(query):
    name = query.get("name", [""])[0]
    found = database().execute("SELECT mail FROM users WHERE name = ?", (name,))
    return "200 OK", "text/html", html.escape(str(found.fetchall()))


def hello(query):
    name = html.escape(query.get("name", ["you"])[0])
    return "200 OK", "text/html", f"<p>Hello {name}</p>"


def lookup(query):
    host = HOST.fullmatch(query.get("host", ["localhost"])[0])
    if host is None:
        return "400 Bad Request", "text/html", "not a name of a host"
    command = ["/usr/bin/getent", "hosts", "--", host.group()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    return "200 OK", "text/html", html.escape(done.stdout)


def files(query):
    document = DOCUMENTS.get(query.get("name", ["readme.txt"])[0])
    if document is None:
        return "404 Not Found", "text/html", "not found"
    return "200 OK", "text/html", html.escape(document.read_text("utf-8"))


def token(query):
    name = query.get("name", ["ann"])[0]
    digest = hashlib.scrypt(name.encode("utf-8", "replace"), salt=SALT, n=1024, r=8, p=1)
    return "200 OK", "text/html", digest.hex()


def restore(body):
    try:
        state = json.loads(body)
    except ValueError:
        return "400 Bad Request", "application/json", '{"error": "not JSON"}'
    return "200 OK", "application/json", json.dumps({"size": len(str(state))})


def item(environ, number):
    given = environ.get("HTTP_X_API_KEY", "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), API_KEY.encode()):
        return "401 Unauthorized", "application/json", '{"error": "no key"}'
    known = {"1": "door", "2": "key"}
    if number not in known:
        return "404 Not Found", "application/json", '{"error": "no such item"}'
    return "200 OK", "application/json", json.dumps({"id": int(number), "name": known[number]})


def answer(environ):
    path, query = environ["PATH_INFO"], parse_qs(environ["QUERY_STRING"])
    pages = {"/users": users, "/hello": hello, "/lookup": lookup, "/files": files, "/token": token}
    if path == "/":
        return "200 OK", "text/html", PAGE
    if path == "/openapi.json":
        return "200 OK", "application/json", (HERE.parent / "openapi.json").read_text("utf-8")
    if path == "/restore" and environ["REQUEST_METHOD"] == "POST":
        return restore(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    if path.startswith("/api/items/") and environ["REQUEST_METHOD"] == "GET":
        return item(environ, path.removeprefix("/api/items/"))
    if path in pages and environ["REQUEST_METHOD"] == "GET":
        return pages[path](query)
    if path in pages or path == "/restore" or path.startswith("/api/items/"):
        return "405 Method Not Allowed", "text/html", "method not allowed"
    return "404 Not Found", "text/html", "not found"


def application(environ, start_response):
    if environ["PATH_INFO"] == "/go":
        name = parse_qs(environ["QUERY_STRING"]).get("to", [""])[0]
        start_response("302 Found", [*HEADERS, ("Location", TARGETS.get(name, "/"))])
        return [b""]
    status, kind, body = answer(environ)
    headers = [*HEADERS, ("Content-Type", f"{kind}; charset=utf-8")]
    headers.append(("Set-Cookie", "session=1; Path=/; Secure; HttpOnly; SameSite=Strict"))
    if status.startswith("405"):
        post = environ["PATH_INFO"] == "/restore"
        headers.append(("Allow", "POST" if post else "GET"))
    start_response(status, headers)
    return [body.encode()]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, format, *args):
        """Scanners make thousands of requests."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one and prints it")
    parser.add_argument("--seconds", type=float, default=900, help="stops by itself after these")
    options = parser.parse_args()
    with make_server("127.0.0.1", options.port, application, Server, Quiet) as server:
        threading.Timer(options.seconds, server.shutdown).start()
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
