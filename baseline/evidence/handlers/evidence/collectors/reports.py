"""Reports that the baseline's own jobs write: settings, credentials, patches, backups, inventory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any
from urllib.parse import quote

from .protocol import Part, ReportPlace, Source
from .records import lines

CHUNK = 1024 * 1024


def parts(source: Source) -> Iterator[Part]:
    """Give a list of what each place wrote since the day asked for, and the reports themselves."""
    client = source.client("s3", "")
    for place in source.report_places:
        yield Part(
            path=f"reports/{place.name}.jsonl",
            what=f"list of the reports in {place.bucket}",
            write=lines(lambda place=place: _rows(client, place, source), source),
        )
        if place.copies:
            yield from _copies(client, place, source)


def _objects(client: Any, place: ReportPlace, source: Source) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    operation = client.list_objects_v2
    given: dict[str, Any] = {"Bucket": place.bucket, "Prefix": place.prefix}
    while True:
        answer = operation(**given)
        for found in answer.get("Contents", []):
            if found["LastModified"] >= source.since and not found["Key"].endswith("/"):
                yield found
        if not answer.get("IsTruncated"):
            return
        given["ContinuationToken"] = answer["NextContinuationToken"]


def _rows(client: Any, place: ReportPlace, source: Source) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    for found in _objects(client, place, source):
        yield {
            "bucket": place.bucket,
            "key": found["Key"],
            "bytes": found["Size"],
            "modified": found["LastModified"],
        }


def _copies(client: Any, place: ReportPlace, source: Source) -> Iterator[Part]:  # noqa: ANN401
    for found in _objects(client, place, source):
        key = found["Key"]

        def write(target: IO[bytes], key: str = key) -> int:
            body = client.get_object(Bucket=place.bucket, Key=key)["Body"]
            for chunk in body.iter_chunks(CHUNK):
                target.write(chunk)
            return 1

        yield Part(
            path=f"reports/{place.name}/{_path(key.removeprefix(place.prefix))}",
            what=f"report of {found['LastModified']:%Y-%m-%d}",
            write=write,
        )


def _path(key: str) -> str:
    """Give a key as a path that every file system takes, another one for each key."""
    return quote(key.lstrip("/"), safe="/=+@ ")
