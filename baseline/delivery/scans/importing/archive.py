"""The reports of scans in a bucket, with their hashes."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from baseline.delivery.scans.importing.folder import ScanFolder
from baseline.errors import BaselineError

MANIFEST = "manifest.json"
MOST_FILES = 1000


def archive(
    client: Any,  # noqa: ANN401 - boto3's client of S3 has no type
    scans: Iterable[ScanFolder],
    *,
    bucket: str,
    prefix: str = "scans/",
    owner: str | None = None,
) -> list[str]:
    """Store the files of each scan, and last a manifest with the SHA-256 of each.

    S3 checks each hash itself and refuses what was changed on the way. The keys have the time of
    the scan: storing the same scan again writes the same objects.

    Args:
        client: client of S3.
        scans: the scans.
        bucket: the bucket; it should have Object Lock and a default retention.
        prefix: start of the keys.
        owner: account that the bucket has to belong to; the request fails for another one.

    Returns:
        The keys of the manifests.

    Raises:
        BaselineError: a folder holds more files than a scan writes.
    """
    extra = {} if owner is None else {"ExpectedBucketOwner": owner}
    manifests = []
    for scan in scans:
        home = f"{prefix}{scan.project}/{scan.scan}/{scan.when:%Y/%m/%d/%H%M%S.%f}"
        rows = []
        for name, body in _files(scan):
            digest = hashlib.sha256(body)
            rows.append({"name": name, "sha256": digest.hexdigest(), "bytes": len(body)})
            _put(client, bucket, f"{home}/{name}", body, extra)
        manifest = {
            "project": scan.project,
            "scan": scan.scan.value,
            "when": scan.when.isoformat(),
            "files": rows,
        }
        key = f"{home}/{MANIFEST}"
        _put(client, bucket, key, json.dumps(manifest, indent=2).encode(), extra)
        manifests.append(key)
    return manifests


def _files(scan: ScanFolder) -> list[tuple[str, bytes]]:
    paths = sorted(path for path in scan.path.rglob("*") if path.is_file())
    if len(paths) > MOST_FILES:
        raise BaselineError(
            f"{scan.path} holds {len(paths)} files; a scan has {MOST_FILES} at most"
        )
    return [(path.relative_to(scan.path).as_posix(), path.read_bytes()) for path in paths]


def _put(client: Any, bucket: str, key: str, body: bytes, extra: dict[str, str]) -> None:  # noqa: ANN401
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    client.put_object(
        Bucket=bucket,
        Key=key,
        Body=body,
        ChecksumAlgorithm="SHA256",
        ChecksumSHA256=digest,
        **extra,
    )
