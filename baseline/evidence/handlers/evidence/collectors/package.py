"""A package of evidence: every part hashed, every source told of, whatever one of them says.

The manifest says who collected what, when, where and with what outcome.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import IO, Any, Protocol

from .outcome import status_of, text_of, throttled
from .protocol import (
    COLLECTED,
    EMPTY,
    FAILED,
    MISSING,
    NOT_ENABLED,
    Collector,
    Part,
    Source,
    TimeIsUpError,
)

FORMAT = 1
MANIFEST = "manifest.json"
WAITS = (5, 20, 60)
"""Seconds before a source that is throttled is asked again."""
IN_MEMORY = 1024 * 1024
_ENDINGS = {b"%PDF": ".pdf", b"PK\x03\x04": ".zip", b"{": ".json"}
_NAME = re.compile(r"[A-Za-z0-9._~=+@%-][A-Za-z0-9._~=+@% -]*")


class StoreError(Exception):
    """The package itself cannot be written; nothing else ends a run."""


class Store(Protocol):
    """Where a package is kept."""

    def keep(self, path: str, content: IO[bytes], sha256: str) -> None:
        """Keep a part, which is read from its beginning.

        Raises:
            StoreError: it cannot be kept.
        """

    def finish(self, manifest: bytes) -> None:
        """Keep the manifest, which makes the package whole.

        Raises:
            StoreError: it cannot be kept.
        """


@dataclass(frozen=True, kw_only=True)
class Item:
    """What came of a part, or of a whole source that gave none.

    Attributes:
        source: name of the collector.
        path: where it stands in the package; empty for what is not in it.
        what: what it is.
        status: collected, empty, denied, not enabled or failed.
        error: why it is not there.
        records: number of records.
        bytes: size.
        sha256: hash of the content, in hexadecimal.
        missing: it was wanted and is not there.
    """

    source: str
    path: str = ""
    what: str = ""
    status: str
    error: str = ""
    records: int = 0
    bytes: int = 0
    sha256: str = ""
    missing: bool = False


@dataclass(frozen=True, kw_only=True)
class Head:
    """Who collects, for what, with what: the beginning of the manifest.

    Attributes:
        collected_by: ARN of the caller.
        account: ID of the account that was asked.
        region: its Region.
        tool: name and version of the program.
        trigger: ``person`` or ``schedule``.
        since: day from which on what is told by time.
        sources: names of the collectors that ran.
        configuration_sha256: hash of baseline.yaml; empty where there was none.
    """

    collected_by: str
    account: str
    region: str
    tool: str
    trigger: str
    since: str
    sources: tuple[str, ...]
    configuration_sha256: str = ""


def collect(
    wanted: Mapping[str, Collector],
    source: Source,
    store: Store,
    *,
    head: Head,
    off: Mapping[str, str] | None = None,
    wait: Callable[[float], None] = time.sleep,
    progress: Callable[[Item], None] = lambda _: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dict[str, Any]:
    """Collect from every source into a store and give the manifest.

    Args:
        wanted: collectors by name.
        source: what they are given.
        store: where the package is kept.
        head: who collects.
        off: sources that nobody wants to be asked, with the reason; named, and not missed.
        wait: waits before a throttled source is asked again.
        progress: hears of each item.
        now: the clock.

    Raises:
        StoreError: the package cannot be written.
    """
    started = now()
    items: list[Item] = []
    for name, collector in wanted.items():
        found = (
            iter([Item(source=name, status=NOT_ENABLED, error=off[name])])
            if off and name in off
            else _collect_source(name, collector, source, store, wait)
        )
        for item in found:
            items.append(item)
            progress(item)
    manifest = {
        "format": FORMAT,
        **asdict(head),
        "sources": list(head.sources),
        "started": started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "finished": now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "complete": not any(item.missing for item in items),
        "items": [asdict(item) for item in items],
    }
    store.finish(as_bytes(manifest))
    return manifest


def as_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Give a manifest as it is kept, the same for the same content."""
    return json.dumps(manifest, indent=2, sort_keys=True).encode() + b"\n"


def digest_of(manifest: Mapping[str, Any]) -> str:
    """Give the SHA-256 of the manifest, with which a package is recognized."""
    return hashlib.sha256(as_bytes(manifest)).hexdigest()


def _collect_source(
    name: str, collector: Collector, source: Source, store: Store, wait: Callable[[float], None]
) -> Iterator[Item]:
    """Give what came of every part; what ends the list of parts is an item as well."""
    known: set[str] = set()
    for attempt in range(len(WAITS) + 1):
        try:
            for part in collector(source):
                if part.path not in known:
                    _look_at_the_clock(source, part)
                    known.add(part.path)
                    yield _collect_part(name, part, store, wait, source)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - one source must not stop the others
            if attempt < len(WAITS) and throttled(error) and not source.time_is_up():
                wait(WAITS[attempt])
                continue
            yield _missing(name, "", "", error)
        return


def _look_at_the_clock(source: Source, part: Part) -> None:
    if source.time_is_up():
        raise TimeIsUpError(f"the time was up before {part.path}")


def _collect_part(
    name: str, part: Part, store: Store, wait: Callable[[float], None], source: Source
) -> Item:
    for attempt in range(len(WAITS) + 1):
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as content:
            try:
                records = part.write(content)
            except Exception as error:  # noqa: BLE001 - one source must not stop the others
                if attempt < len(WAITS) and throttled(error) and not source.time_is_up():
                    wait(WAITS[attempt])
                    continue
                return _missing(name, part.path, part.what, error)
            if not records:
                return Item(source=name, what=part.what, path=part.path, status=EMPTY)
            return _keep(name, part, content, records, store)
    raise AssertionError  # the last attempt returned


def _keep(name: str, part: Part, content: IO[bytes], records: int, store: Store) -> Item:
    content.seek(0)
    first = content.read(4)
    path = part.path
    if part.sniffed:
        path += next((end for start, end in _ENDINGS.items() if first.startswith(start)), ".bin")
    if not safe(path):
        return Item(
            source=name,
            what=part.what,
            status=FAILED,
            error="its name cannot stand in a package",
            missing=True,
        )
    content.seek(0)
    sha256 = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    size = content.tell()
    content.seek(0)
    store.keep(path, content, sha256)
    return Item(
        source=name,
        path=path,
        what=part.what,
        status=COLLECTED,
        records=records,
        bytes=size,
        sha256=sha256,
    )


def safe(path: str) -> bool:
    """Say whether a path stays inside the package, on every system, and is not the manifest."""
    names = path.split("/")
    return path != MANIFEST and all(
        _NAME.fullmatch(name) and name not in {".", ".."} for name in names
    )


def _missing(name: str, path: str, what: str, error: Exception) -> Item:
    status = status_of(error)
    return Item(
        source=name,
        path=path,
        what=what,
        status=status,
        error=text_of(error),
        missing=status in MISSING,
    )
