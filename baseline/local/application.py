"""The running process: emulators, provisioners and router put together, and its own small API.

``GET  /_baseline/health``        ``{"ready": true, "versions": {...}}``
``GET  /_baseline/coverage``      what the stacks of this run declared and what was applied
``GET  /_baseline/resources``     every stack with its resources and their resolved properties
``GET  /_baseline/calls``         API calls counted by account, service, operation, handler, status
``POST /_baseline/organization``  creates the organization of a configuration (``organization.py``)
``POST /_baseline/events``        an event that an AWS service puts (``backends/events.py``)
"""

import asyncio
import gc
import json
import os
import signal
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from baseline.errors import BaselineError
from baseline.local import (
    backends,
    conditions,
    coverage,
    emulators,
    enforcement,
    identity_center,
    inventory,
    organization,
    prefix_lists,
    provisioners,
    service_models,
    stack_outputs,
)
from baseline.local.backends import events, firehose, map_results, sts
from baseline.local.router import AsgiApp, Receive, Router, Scope, Send

_PREFIX = "/_baseline/"
_ALLOCATIONS = 50_000  # between two collections; Python's 700 are for small programs


class Application:
    """The router with the private endpoints before it."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._answers: dict[tuple[str, str], Callable[[bytes], Any]] = {
            ("GET", "health"): lambda _: {"ready": True, "versions": dict(emulators.VERSIONS)},
            ("GET", "coverage"): lambda _: coverage.report(),
            ("GET", "resources"): lambda _: inventory.report(),
            ("GET", "calls"): lambda _: self._calls(),
            ("POST", "organization"): lambda body: organization.create(json.loads(body)),
            ("POST", "events"): lambda body: events.emit(json.loads(body)),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a private endpoint or hand the event to the router."""
        if scope["type"] != "http" or not scope["path"].startswith(_PREFIX):
            await self._router(scope, receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = bool(message.get("more_body"))
        status, content = await asyncio.to_thread(self._answer, scope, body)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(content).encode()})

    def _answer(self, scope: Scope, body: bytes) -> tuple[int, Any]:
        answer = self._answers.get((scope["method"], scope["path"].removeprefix(_PREFIX)))
        if answer is None:
            return 404, {"error": f"no such endpoint: {scope['method']} {scope['path']}"}
        try:
            return 200, answer(body)
        except (BaselineError, KeyError, json.JSONDecodeError) as error:
            return 400, {"error": str(error)}

    def _calls(self) -> list[dict[str, Any]]:
        names = ("account", "service", "operation", "handler", "status")
        return [
            {**dict(zip(names, key, strict=True)), "count": count}
            for key, count in sorted(self._router.calls.items())
        ]


def build() -> AsgiApp:
    """Check the emulators, register all provisioners and give the ASGI application."""
    # moto warns of every error that a service's model does not list, such as AccessDenied.
    warnings.filterwarnings("ignore", message=r"Exception\(.*does not match an error shape")
    emulators.check_versions()
    emulators.check_private_names()
    service_models.share()
    organization.extend_moto()
    identity_center.extend_moto()
    conditions.know_pseudo_parameters()
    stack_outputs.read_outputs_of_other_regions()
    prefix_lists.keep_prefix_lists()
    backends.register_all()
    events.deliver_across_accounts()
    firehose.receive_events_and_logs()
    sts.know_the_organization()
    sts.run_functions_as_their_roles()
    map_results.write_to_s3(map_results.put_object)
    provisioners.register_all()
    return Application(Router(emulators.module("ministack.app").app, enforcement.check))


def run(port: int, state_file: Path) -> None:
    """Serve on 127.0.0.1 until SIGTERM or SIGINT.

    Args:
        port: Loopback port.
        state_file: Written when the endpoint answers, removed at the end.
    """
    application = build()
    _collect_rarely()
    asyncio.run(_serve(application, port, state_file))


def _collect_rarely() -> None:
    """Let the collector of garbage leave alone what stays: it would walk over millions of objects again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, *gc.get_threshold()[1:])


async def _serve(application: AsgiApp, port: int, state_file: Path) -> None:
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.accesslog = None
    config.loglevel = "WARNING"
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    announced = asyncio.create_task(_announce(port, state_file))
    try:
        await serve(application, config, shutdown_trigger=stop.wait)
    finally:
        announced.cancel()
        # Functions run as processes of their own, which would stay without an order to end.
        await asyncio.to_thread(emulators.module("ministack.core.lambda_runtime").reset)
        await asyncio.to_thread(state_file.unlink, missing_ok=True)


async def _announce(port: int, state_file: Path) -> None:
    """Write the state file and the ready line once the port accepts connections."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        break
    endpoint = f"http://localhost:{port}"
    state = {"pid": os.getpid(), "endpoint": endpoint, "versions": dict(emulators.VERSIONS)}
    await asyncio.to_thread(_write, state_file, json.dumps(state))
    print(f"ready {endpoint}", flush=True)  # noqa: T201 - the line a starting parent waits for


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
