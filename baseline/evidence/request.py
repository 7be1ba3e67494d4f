"""What a person asks for: checked, connected to the sources, and run."""

from __future__ import annotations

import getpass
import hashlib
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from baseline import __version__
from baseline.config import Configuration, Names, load
from baseline.config.text import suggestion
from baseline.errors import BaselineError
from baseline.evidence.handlers.evidence.collectors import COLLECTORS
from baseline.evidence.handlers.evidence.collectors.outcome import text_of
from baseline.evidence.handlers.evidence.collectors.package import (
    Head,
    Item,
    Store,
    StoreError,
    collect,
    digest_of,
)
from baseline.evidence.handlers.evidence.collectors.protocol import Collector, ReportPlace, Source
from baseline.evidence.local_sources import local_collectors
from baseline.evidence.sources import off_sources, own_places
from baseline.evidence.zip_store import ZipStore

RETRIES: dict[str, Any] = {
    "retries": {"mode": "standard", "max_attempts": 4},
    "connect_timeout": 5,
    "read_timeout": 60,
}
PREFIX = "compliance/"
_S3 = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?")


@dataclass(frozen=True, kw_only=True)
class Collected:
    """What a run gave: the manifest, its hash, and where the package is."""

    manifest: dict[str, Any]
    digest: str
    place: str


@dataclass(frozen=True, kw_only=True)
class Request:
    """A run that a person asked for; ``of`` checks what was typed."""

    configuration: Configuration
    configuration_sha256: str
    output: str
    since: datetime
    wanted: dict[str, Collector]
    off: dict[str, str]
    places: tuple[ReportPlace, ...]
    artifact: str
    accept_terms: bool
    profile: str | None

    @classmethod
    def of(
        cls,
        *,
        config: Path,
        output: str,
        since: str,
        only: tuple[str, ...],
        tests: tuple[Path, ...],
        reports: tuple[str, ...],
        assembly: Path,
        artifact: str,
        accept_terms: bool,
        profile: str | None,
    ) -> Request:
        """Check what was typed.

        Raises:
            BaselineError: an option or the configuration is wrong.
        """
        configuration = load(config)
        for file in tests:
            if not file.is_file():
                raise BaselineError(f"--tests {file}: there is no such file")
        if accept_terms and artifact != "reports":
            raise BaselineError(
                "--accept-terms accepts terms of reports that are not fetched; add --artifact-reports"
            )
        known = {**local_collectors(configuration, assembly, tests), **COLLECTORS}
        off = off_sources(configuration)
        if not tests:
            off["tests"] = "no results were named with --tests"
        moment = datetime.now(UTC)
        target = output or f"evidence-{moment:%Y%m%dT%H%M%SZ}.zip"
        if target.startswith("s3://"):
            _bucket("--output", target)
        elif not target.endswith(".zip"):
            raise BaselineError(f"--output {target}: name a FILE.zip or s3://BUCKET/PREFIX")
        return cls(
            configuration=configuration,
            configuration_sha256=hashlib.sha256(config.read_bytes()).hexdigest(),
            output=target,
            since=_day(since, moment),
            wanted=_chosen(known, only),
            off=off,
            places=(*own_places(configuration), *_places(reports)),
            artifact=artifact,
            accept_terms=accept_terms,
            profile=profile,
        )

    def run(self, progress: Callable[[Item], None] = lambda _: None) -> Collected:
        """Collect everything that may be read.

        Raises:
            BaselineError: there are no credentials, or the package cannot be written.
        """
        client, account, caller = self._connect()
        with self._store(client) as store:
            try:
                manifest = collect(
                    self.wanted,
                    self._source(client),
                    store,
                    head=self._head(account, caller),
                    off=self.off,
                    progress=progress,
                )
            except StoreError as error:
                raise BaselineError(f"--output: {error}") from None
            return Collected(manifest=manifest, digest=digest_of(manifest), place=store.place)

    def _connect(self) -> tuple[Callable[[str, str], Any], str, str]:
        """Give clients, the account and the caller; nobody is asked where no AWS is read."""
        if not self.output.startswith("s3://") and not set(self.wanted) & set(COLLECTORS):
            return _no_client, "", f"{getpass.getuser()}@{socket.gethostname()}"
        # Imported here: an app that only synthesizes has no boto3.
        import boto3  # noqa: PLC0415
        from botocore.config import Config  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        home, retries = self.configuration.home_region, Config(**RETRIES)
        try:
            session = boto3.Session(profile_name=self.profile, region_name=home)

            @cache
            def client(service: str, region: str) -> Any:  # noqa: ANN401 - boto3
                return session.client(service, region_name=region or home, config=retries)

            who = client("sts", "").get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            raise BaselineError(
                f"AWS does not know who is asking: {text_of(error)}; sign in (--profile NAME), or "
                "collect what needs no AWS: --only controls --only proofs --only tests"
            ) from None
        return client, str(who["Account"]), str(who["Arn"])

    @contextmanager
    def _store(self, client: Callable[[str, str], Any]) -> Iterator[Any]:
        if not self.output.startswith("s3://"):
            with ZipStore.at(Path(self.output)) as store:
                yield store
            return
        from baseline.evidence.handlers.evidence.collectors.bucket import (  # noqa: PLC0415 - as above
            BucketStore,
        )

        bucket, prefix = _bucket("--output", self.output)
        folder = f"{prefix or PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%SZ}/"
        made: Store = BucketStore(client("s3", ""), bucket, folder)
        yield made

    def _source(self, client: Callable[[str, str], Any]) -> Source:
        names, config = Names.of(self.configuration), self.configuration.capabilities.config
        return Source(
            client=client,
            since=self.since,
            aggregator=names.aggregator if config.enabled and config.aggregator else "",
            artifact=self.artifact,
            accept_terms=self.accept_terms,
            report_places=self.places,
        )

    def _head(self, account: str, caller: str) -> Head:
        return Head(
            collected_by=caller,
            account=account,
            region=self.configuration.home_region,
            tool=f"aws-security-baseline {__version__}",
            trigger="person",
            since=f"{self.since:%Y-%m-%d}",
            sources=tuple(self.wanted),
            configuration_sha256=self.configuration_sha256,
        )


def _no_client(service: str, _region: str) -> Any:  # noqa: ANN401 - as a client would be
    raise BaselineError(f"{service} is not asked in this run")


def _day(text: str, now: datetime) -> datetime:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise BaselineError(f"--since {text!r} is not a day; write it as in 2026-10-01") from None
    if day > now:
        raise BaselineError(f"--since {text} is in the future; name a day that has been")
    return day


def _chosen(known: dict[str, Collector], only: tuple[str, ...]) -> dict[str, Collector]:
    for name in only:
        if name not in known:
            raise BaselineError(f"--only {name} is no source; {suggestion(name, known)}")
    return {name: each for name, each in known.items() if not only or name in only}


def _places(reports: tuple[str, ...]) -> tuple[ReportPlace, ...]:
    found = []
    for number, text in enumerate(reports, start=1):
        bucket, prefix = _bucket("--reports", text)
        found.append(ReportPlace(name=f"named-{number}", bucket=bucket, prefix=prefix))
    return tuple(found)


def _bucket(option: str, text: str) -> tuple[str, str]:
    """Give bucket and prefix; the prefix ends with a slash where there is one."""
    found = _S3.fullmatch(text)
    if found is None:
        raise BaselineError(f"{option} {text}: write it as in s3://BUCKET/PREFIX")
    prefix = (found[2] or "").lstrip("/")
    return found[1], prefix if not prefix or prefix.endswith("/") else f"{prefix}/"
