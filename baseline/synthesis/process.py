"""The CDK's process, without the one that stands between it and Python.

jsii starts a process that starts the CDK's, and copies every message from one to the other. The CDK's
reads and writes the same messages on a file descriptor, so Python can hold its other end.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import platform
import shutil
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from jsii._kernel.providers.process import (
    ProcessProvider,
    _CallbackResponse,
    _NodeProcess,
    jdefault,
    ohook,
)
from jsii._kernel.types import (
    CreateRequest,
    CreateResponse,
    GetRequest,
    GetResponse,
    InvokeRequest,
    InvokeResponse,
    StaticGetRequest,
    StaticInvokeRequest,
)
from jsii.errors import ErrorType, JavaScriptError, JSIIError

CHANNEL = 3
"""The file descriptor on which the CDK's process reads calls and writes answers."""

OPTIONS = (
    "--max-old-space-size=4069",
    "--preserve-symlinks",
    "--max-semi-space-size=64",
    "--single-threaded-gc",
    "--wasm-tiering-budget=100000000",
)
"""jsii's own, and room for new objects: nearly all are kept to the end, and each pass copies them.

Threads that help to copy use more time than they save. So does a better translation of the engine
that validates the templates, but for the parts that run longest: without, a tenth less.
"""

ENDED = "the process of the CDK ended; what it wrote last stands above"

LASTING = frozenset(
    ["node", "path", "id", "account", "region", "partition", "ref", "bucketName", "logGroupName"]
)
"""Properties that a construct has from its beginning and keeps, besides its ARNs."""

VALUES = frozenset({"aws-cdk-lib.Duration"})
"""Classes of values: the same arguments give the same."""

FACTS = frozenset({"aws-cdk-lib.Stack.of", "aws-cdk-lib.Validations.of"})
"""Functions that tell of a construct what does not change."""

_encode = json.JSONEncoder(default=jdefault, check_circular=False).encode
_decode = json.JSONDecoder(object_hook=ohook).decode
_decode_plain = json.JSONDecoder().decode


def _create(request: CreateRequest) -> dict[str, Any]:
    overrides = [
        {"method": each.method, "property": each.property, "cookie": each.cookie}
        for each in request.overrides
    ]
    return {
        "fqn": request.fqn,
        "args": request.args,
        "overrides": overrides,
        "interfaces": request.interfaces,
        "api": "create",
    }


def _get(request: GetRequest) -> dict[str, Any]:
    return {"objref": _reference(request), "property": request.property, "api": "get"}


def _invoke(request: InvokeRequest) -> dict[str, Any]:
    return {
        "objref": _reference(request),
        "method": request.method,
        "args": request.args,
        "api": "invoke",
    }


def _static_get(request: StaticGetRequest) -> dict[str, Any]:
    return {"fqn": request.fqn, "property": request.property, "api": "sget"}


def _static_invoke(request: StaticInvokeRequest) -> dict[str, Any]:
    return {"fqn": request.fqn, "method": request.method, "args": request.args, "api": "sinvoke"}


def _reference(request: GetRequest | InvokeRequest) -> dict[str, Any]:
    reference = request.objref
    if reference.interfaces:
        return {"$jsii.byref": reference.ref, "$jsii.interfaces": reference.interfaces}
    return {"$jsii.byref": reference.ref}


_MESSAGES: Mapping[type, tuple[Callable[[Any], dict[str, Any]], Callable[[Any], Any]]] = {
    CreateRequest: (_create, lambda ok: CreateResponse(ref=ok.ref)),
    GetRequest: (_get, lambda ok: GetResponse(value=ok.get("value"))),
    StaticGetRequest: (_static_get, lambda ok: GetResponse(value=ok.get("value"))),
    InvokeRequest: (_invoke, lambda ok: InvokeResponse(result=ok.get("result"))),
    StaticInvokeRequest: (_static_invoke, lambda ok: InvokeResponse(result=ok.get("result"))),
}
"""The requests of which there are thousands: how each is written, and what its answer becomes."""


class DirectProcess(_NodeProcess):
    """The process that holds the constructs, at the other end of a socket."""

    _pid = 0

    def start(self) -> None:
        """Start Node with the CDK's program; it writes to our standard output and error."""
        ours, theirs = socket.socketpair()
        program = Path(self._jsii_runtime()).parents[1] / "lib" / "program.js"
        node = shutil.which(os.environ.get("JSII_NODE", "node")) or "node"
        with theirs:
            self._pid = os.posix_spawnp(
                node,
                [node, *OPTIONS, str(program)],
                {**os.environ, "JSII_AGENT": f"Python/{platform.python_version()}"},
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, theirs.fileno(), CHANNEL),
                ],
            )
        self._socket = ours
        self._answers = ours.makefile("rb", buffering=1 << 16)
        atexit.register(self.stop)
        self.handshake()

    def stop(self) -> None:
        """End the process; when it has ended itself, that is as well."""
        atexit.unregister(self.stop)
        if self._pid:
            pid, self._pid = self._pid, 0
            with contextlib.suppress(OSError):
                self._socket.sendall(b'{"exit":0}\n')
            self._answers.close()
            self._socket.close()
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
        self._ctx_stack.close()

    def send(self, request: Any, response_type: Any) -> Any:  # noqa: ANN401 - as jsii has it
        """Send a request and give its answer, or the callback that comes first."""
        message = _MESSAGES.get(type(request))
        if message is None:
            written, read = self._serializer.unstructure(request), None
        else:
            written, read = message[0](request), message[1]
        text = f"{_encode(written)}\n".encode()
        try:
            self._socket.sendall(text)
            answer = self._next_message()
        except ConnectionError as error:
            raise JSIIError(ENDED) from error
        if "ok" in answer:
            ok = answer["ok"]
            return read(ok) if read else self._serializer.structure(ok, response_type)
        if "callback" in answer:
            return self._serializer.structure(answer, _CallbackResponse).callback
        cause: Exception = cast("Any", JavaScriptError)(answer["stack"])
        if answer["name"] == ErrorType.JSII_FAULT.value:
            raise JSIIError(answer["error"]) from cause
        raise RuntimeError(answer["error"]) from cause

    def _next_message(self) -> Mapping[Any, Any]:
        line = self._answers.readline()
        if not line:
            raise JSIIError(ENDED)
        decode = _decode if b'"$jsii.' in line else _decode_plain
        return cast("Mapping[Any, Any]", decode(line.decode()))


class DirectProvider(ProcessProvider):
    """What the kernel of jsii asks, on a :class:`DirectProcess`; what lasts is asked once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], object] = {}

    @functools.cached_property
    def _process(self) -> DirectProcess:
        process: DirectProcess = cast("Any", DirectProcess)()
        process.start()
        return process

    def get(self, request: GetRequest) -> Any:  # noqa: ANN401 - as jsii has it
        """Read a property."""
        name = request.property
        if name not in LASTING and not name.endswith("Arn"):
            return self._process.send(request, GetResponse)
        return self._once((request.objref.ref, name), request, GetResponse)

    def sinvoke(self, request: StaticInvokeRequest) -> Any:  # noqa: ANN401 - as jsii has it
        """Call a static method."""
        if request.fqn not in VALUES and f"{request.fqn}.{request.method}" not in FACTS:
            return self._process.send(request, InvokeResponse)
        key = (request.fqn, request.method, _encode(request.args))
        return self._once(key, request, InvokeResponse)

    def _once(self, key: tuple[str, ...], request: object, response: type) -> Any:  # noqa: ANN401
        if key not in self._known:
            answer = self._process.send(request, response)
            if not isinstance(answer, response):
                return answer
            self._known[key] = answer
        return self._known[key]
