"""VULNERABLE ON PURPOSE: a small web application that scanners are tested with. Never deploy it.

It listens on the loopback address only, there is no option to change that, and it stops by itself.
Each flaw bears the name that `planted.yaml` gives it. `../fixed` is the same application without them.
"""

import argparse
import base64
import hashlib
import html
import json
import os
import pickle
import sqlite3
import subprocess
import threading
import traceback
import urllib.request
from pathlib import Path
from socketserver import ThreadingMixIn
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

HERE = Path(__file__).resolve().parent
FILES = HERE / "files"
DEBUG = True  # planted: debug
DATABASE_PASSWORD = "k3Vx-9qLm-Zt27-Rw8p"  # planted: hardcoded-password
PAGE = """<!doctype html><title>Sample</title><h1>Vulnerable sample</h1>
<a href="/users?name=ann">users</a> <a href="/hello?name=ann">hello</a>
<a href="/lookup?host=localhost">lookup</a> <a href="/files?name=readme.txt">files</a>
<a href="/go?to=/hello">go</a> <a href="/fetch?url=http://127.0.0.1/">fetch</a>"""


def database():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE users (name TEXT, mail TEXT)")
    connection.execute("INSERT INTO users VALUES ('ann', 'ann@example.com')")
    return connection


def users(query):
    name = query.get("name", [""])[0]
    found = database().execute(f"SELECT mail FROM users WHERE name = '{name}'")  # planted: sql-injection
    return "200 OK", "text/html", html.escape(str(found.fetchall()))


def hello(query):
    name = query.get("name", ["you"])[0]
    return "200 OK", "text/html", f"<p>Hello {name}</p>"  # planted: cross-site-scripting


def lookup(query):
    host = query.get("host", ["localhost"])[0]
    done = subprocess.run(f"getent hosts {host}", shell=True, capture_output=True, text=True, timeout=90)  # planted: command-injection
    return "200 OK", "text/html", html.escape(done.stdout)


def files(query):
    name = query.get("name", ["readme.txt"])[0]
    with open(os.path.join(FILES, name), encoding="utf-8") as file:  # planted: path-traversal
        return "200 OK", "text/html", html.escape(file.read())


def fetch(query):
    url = query.get("url", [""])[0]
    if urlsplit(url).hostname != "127.0.0.1":  # so that the sample reaches nobody else
        return "400 Bad Request", "text/html", "only the loopback address"
    with urllib.request.urlopen(url, timeout=2) as answer:  # planted: request-forgery
        return "200 OK", "text/html", html.escape(answer.read(1000).decode("utf-8", "replace"))


def token(query):
    name = query.get("name", ["ann"])[0]
    digest = hashlib.md5(f"{name}{DATABASE_PASSWORD}".encode()).hexdigest()  # planted: weak-hash
    return "200 OK", "text/html", digest


def restore(body):
    state = pickle.loads(base64.b64decode(body))  # planted: deserialization
    return "200 OK", "application/json", json.dumps({"size": len(str(state))})


def item(number):
    known = {1: "door", 2: "key"}
    found = {"id": int(number), "name": known[int(number)]}  # planted: server-error
    return "200 OK", "application/json", json.dumps(found)


def answer(environ):
    path, query = environ["PATH_INFO"], parse_qs(environ["QUERY_STRING"])
    pages = {"/users": users, "/hello": hello, "/lookup": lookup}
    pages |= {"/files": files, "/fetch": fetch, "/token": token}
    if path == "/":
        return "200 OK", "text/html", PAGE
    if path == "/openapi.json":
        return "200 OK", "application/json", (HERE.parent / "openapi.json").read_text("utf-8")
    if path == "/restore" and environ["REQUEST_METHOD"] == "POST":
        return restore(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    if path.startswith("/api/items/"):
        return item(path.removeprefix("/api/items/"))  # planted: missing-authentication
    if path in pages:
        return pages[path](query)
    return "404 Not Found", "text/html", "not found"


def application(environ, start_response):
    query = parse_qs(environ["QUERY_STRING"])
    if environ["PATH_INFO"] == "/go":
        start_response("302 Found", [("Location", query.get("to", ["/"])[0])])  # planted: open-redirect
        return [b""]
    try:
        status, kind, body = answer(environ)
    except Exception:
        status, kind = "500 Internal Server Error", "text/plain"
        body = traceback.format_exc() if DEBUG else "error"
    headers = [("Content-Type", f"{kind}; charset=utf-8")]  # planted: missing-headers
    headers.append(("Set-Cookie", "session=1; Path=/"))  # planted: open-cookie
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
