"""A package in a bucket: an object for each part, the manifest last."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError

from .outcome import text_of
from .package import MANIFEST, StoreError


class BucketStore:
    """Puts a package below a prefix of a bucket. Amazon S3 checks every hash itself.

    The manifest comes last: a folder without one is a run that did not come to its end.

    Args:
        client: client of Amazon S3.
        bucket: name of the bucket.
        prefix: start of the keys, with a slash at its end.
        owner: ID of the account that the bucket has to belong to; any by default.
    """

    def __init__(self, client: Any, bucket: str, prefix: str, *, owner: str = "") -> None:  # noqa: ANN401
        self._client, self._bucket, self._prefix = client, bucket, prefix
        self._more = {"ExpectedBucketOwner": owner} if owner else {}

    @property
    def place(self) -> str:
        """Where the package is."""
        return f"s3://{self._bucket}/{self._prefix}"

    def keep(self, path: str, content: IO[bytes], sha256: str) -> None:
        """Put a part.

        Raises:
            StoreError: Amazon S3 refuses it.
        """
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=f"{self._prefix}{path}",
                Body=content,
                ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
                **self._more,
            )
        except (ClientError, BotoCoreError) as error:
            place = f"s3://{self._bucket}/{self._prefix}{path}"
            raise StoreError(f"{place} cannot be written: {text_of(error)}") from error

    def finish(self, manifest: bytes) -> None:
        """Put the manifest.

        Raises:
            StoreError: Amazon S3 refuses it.
        """
        self.keep(MANIFEST, io.BytesIO(manifest), hashlib.sha256(manifest).hexdigest())
