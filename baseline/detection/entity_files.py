"""EntityFiles: files of trusted and malicious addresses, uploaded with the deployment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from baseline.audit.log_protection import bootstrap_qualifier
from baseline.detection.entity_lists import problems
from baseline.errors import BaselineError


class EntityFiles(Construct):
    """Files of the repository in the bootstrap's bucket, encrypted, under the hash of their content.

    A changed file has another address, and with it GuardDuty reads the list anew. All Regions
    read from here, because no other Region has a bootstrap.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        trusted: path of the file with the trusted; none by default.
        threats: paths of the files with the malicious, by name; none by default.

    Attributes:
        trusted: address of the trusted file, or None.
        threats: addresses of the others by name.

    Raises:
        BaselineError: a file has something that GuardDuty does not take, or that hides too much.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        trusted: str | None = None,
        threats: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.trusted = self._upload("Trusted", trusted, trusted=True) if trusted else None
        self.threats = {
            name: self._upload(f"Threat{name.title().replace('-', '')}", file, trusted=False)
            for name, file in (threats or {}).items()
        }

    def _upload(self, id: str, file: str, *, trusted: bool) -> str:
        wrong = list(problems(file, trusted=trusted))
        if wrong:
            raise BaselineError("; ".join(wrong))
        asset = assets.Asset(self, id, path=str(Path(file).resolve()))
        stack = cdk.Stack.of(self)
        bucket = f"cdk-{bootstrap_qualifier(self)}-assets-{stack.account}-{stack.region}"
        return f"https://s3.{stack.region}.amazonaws.com/{bucket}/{asset.s3_object_key}"
