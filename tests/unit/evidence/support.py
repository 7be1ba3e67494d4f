"""A clock, a store in memory and an AWS of which each operation answers as a test wants."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import IO, Any

from botocore.exceptions import ClientError

from baseline.evidence.handlers.evidence.collectors.package import Head, collect
from baseline.evidence.handlers.evidence.collectors.protocol import Collector, Source

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
SINCE = datetime(2026, 10, 22, tzinfo=UTC)


def refusal(code: str, operation: str = "Operation") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": f"{code} it is"}}, operation)


class Memory:
    """A store that remembers what it was given."""

    def __init__(self) -> None:
        self.parts: dict[str, bytes] = {}
        self.manifest = b""
        self.place = "memory"

    def keep(self, path: str, content: IO[bytes], sha256: str) -> None:
        assert not self.manifest, "the manifest comes last"
        self.parts[path] = content.read()
        assert hashlib.sha256(self.parts[path]).hexdigest() == sha256

    def finish(self, manifest: bytes) -> None:
        self.manifest = manifest


class Aws:
    """Clients whose operations give pages one after the other, or raise."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {name: list(each) for name, each in answers.items()}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.places: list[tuple[str, str]] = []

    def client(self, service: str, region: str) -> Aws:
        self.places.append((service, region))
        return self

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**given: Any) -> Any:
            self.calls.append((operation, given))
            left = self.answers.get(operation)
            if left is None:
                raise refusal("AccessDeniedException", operation)
            answer = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


class Run:
    """Collects from one collector, and remembers how long was waited."""

    def __init__(self) -> None:
        self.store, self.waited = Memory(), list[float]()
        self.manifest: dict[str, Any] = {}

    def __call__(
        self, collectors: dict[str, Collector], source: Source, **more: Any
    ) -> dict[str, dict[str, Any]]:
        self.manifest = collect(
            collectors,
            source,
            self.store,
            head=HEAD,
            wait=self.waited.append,
            now=lambda: NOW,
            **more,
        )
        return {item["path"] or item["source"]: item for item in self.manifest["items"]}


HEAD = Head(
    collected_by="arn:aws:sts::333333333333:assumed-role/auditor/eve",
    account="333333333333",
    region="eu-west-1",
    tool="aws-security-baseline 0",
    trigger="person",
    since="2026-10-22",
    sources=("some",),
)


def source(aws: Aws, **more: Any) -> Source:
    """Give a source; ``client`` and others may be replaced."""
    given = {"client": aws.client, "since": SINCE, "aggregator": "secbase-aggregator", **more}
    return Source(**given)
