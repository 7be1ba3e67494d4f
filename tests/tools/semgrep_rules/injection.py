# Cases of `injection.yaml`: `ruleid` says that the next line has to be found, `ok` that it may not.
import asyncio
import html
import json
import os
import pickle
import shlex
import subprocess
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs

import flask
import jinja2
import requests
from django.http import HttpResponseRedirect
from fastapi import FastAPI
from flask import request
from markupsafe import Markup
from werkzeug.utils import secure_filename

app = flask.Flask(__name__)
api = FastAPI()
REPORTS = {"a": Path("a.txt")}


@app.route("/users/<name>")
def users(name, cursor):
    # ruleid: python-sql-injection
    cursor.execute("SELECT * FROM users WHERE name = '%s'" % name)
    # ok: python-sql-injection
    cursor.execute("SELECT * FROM users WHERE name = %s", (name,))


def more_users(cursor):
    name = request.args["name"]
    # ruleid: python-sql-injection
    cursor.execute("SELECT * FROM users WHERE name = '" + name + "'")
    number = int(request.args["number"])
    # ok: python-sql-injection
    cursor.execute(f"SELECT * FROM users WHERE number = {number}")


def lambda_handler(event, context):
    table = event["queryStringParameters"]["table"]
    # ruleid: python-sql-injection
    athena.start_query_execution(QueryString=f"SELECT * FROM {table}", WorkGroup="main")
    # ok: python-sql-injection
    athena.start_query_execution(QueryString="SELECT 1", WorkGroup="main")
    # ruleid: python-sql-injection
    data.execute_statement(resourceArn="x", secretArn="y", sql="SELECT * FROM " + table)


def commands():
    host = request.form.get("host")
    # ruleid: python-command-injection
    os.system("ping " + host)
    # ruleid: python-command-injection
    subprocess.run(f"ping {host}", shell=True)
    # ok: python-command-injection
    subprocess.run(["ping", host])
    # ok: python-command-injection
    subprocess.run(f"ping {shlex.quote(host)}", shell=True)


async def slow_commands(environ):
    query = parse_qs(environ["QUERY_STRING"])
    # ruleid: python-command-injection
    await asyncio.create_subprocess_shell(query["command"][0])


@api.get("/calculate")
def calculate(formula):
    # ruleid: python-code-injection
    result = eval(formula)
    # ok: python-code-injection
    return json.loads(formula)


def templates():
    text = request.args.get("text")
    # ruleid: python-template-injection
    flask.render_template_string("<p>" + text)
    # ruleid: python-template-injection
    jinja2.Template(text)
    # ok: python-template-injection
    flask.render_template_string("<p>{{ text }}", text=text)


def pages():
    name = request.args["name"]
    # ruleid: python-cross-site-scripting
    page = f"<p>Hello {name}</p>"
    # ruleid: python-cross-site-scripting
    page = Markup(name)
    # ok: python-cross-site-scripting
    page = f"<p>Hello {html.escape(name)}</p>"
    # ok: python-cross-site-scripting
    page = f"no markup: {name}"
    return page


def files():
    name = request.args["name"]
    # ruleid: python-path-traversal
    open("/srv/reports/" + name)
    # ruleid: python-path-traversal
    Path("/srv/reports", name).read_text()
    # ok: python-path-traversal
    open("/srv/reports/" + secure_filename(name))
    # ok: python-path-traversal
    open(REPORTS.get(name))


def calls():
    url = request.json["url"]
    # ruleid: python-request-forgery
    requests.get(url, timeout=5)
    # ruleid: python-request-forgery
    urllib.request.urlopen(url)
    # ok: python-request-forgery
    requests.get("https://api.example.com/", params={"url": url}, timeout=5)


def redirects():
    target = request.args["next"]
    # ruleid: python-open-redirect
    flask.redirect(target)
    # ruleid: python-open-redirect
    HttpResponseRedirect(target)
    # ok: python-open-redirect
    flask.redirect(flask.url_for("index", next=target))
    # ok: python-open-redirect
    flask.redirect(REPORTS.get(target, "/"))


def states(body):
    # ruleid: python-untrusted-deserialization
    pickle.loads(body)
    # ruleid: python-untrusted-deserialization
    pickle.loads(request.get_data())
    # ok: python-untrusted-deserialization
    json.loads(body)
    # ok: python-untrusted-deserialization
    pickle.loads(Path("own.pickle").read_bytes())
