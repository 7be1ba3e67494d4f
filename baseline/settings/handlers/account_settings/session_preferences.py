"""The Session Manager preferences of a Region: one document that AWS knows by its name.

Only the inputs that the configuration names are kept; an account's own choice of a log bucket, say,
stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from account_access import Account, Client
from botocore.exceptions import ClientError
from setting_rows import Keeper, Row

SETTING = "session_preferences"
DOCUMENT = "SSM-SessionManagerRunShell"
EMPTY = {
    "schemaVersion": "1.0",
    "description": "Document to hold regional settings for Session Manager",
    "sessionType": "Standard_Stream",
    "inputs": {},
}


def keep(account: Account, region: str, wanted: dict[str, Any], keeper: Keeper) -> Iterator[Row]:
    """Keep the preferences; ``wanted`` has the inputs of the document."""
    ssm = account.client("ssm", region)
    found = _read(ssm)
    document = merged(found or EMPTY, wanted)
    before = None if found is None else {name: found["inputs"].get(name) for name in wanted}
    yield keeper.keep(
        SETTING, region, before=before, after=wanted, write=lambda: _write(ssm, found, document)
    )


def merged(document: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Give the document with the wanted inputs, and everything else as it is."""
    return {**document, "inputs": {**document.get("inputs", {}), **wanted}}


def _read(ssm: Client, version: str | None = None) -> dict[str, Any] | None:
    asked = {"DocumentVersion": version} if version else {}
    try:
        found = ssm.get_document(Name=DOCUMENT, DocumentFormat="JSON", **asked)
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvalidDocument":
            return None
        raise
    document: dict[str, Any] = json.loads(found["Content"])
    return {**document, "inputs": document.get("inputs", {})}


def _write(ssm: Client, found: dict[str, Any] | None, document: dict[str, Any]) -> None:
    content = json.dumps(document)
    if found is None:
        ssm.create_document(
            Name=DOCUMENT, DocumentType="Session", DocumentFormat="JSON", Content=content
        )
        return
    # A run that ended between the two calls left a version that nobody uses.
    if _read(ssm, "$LATEST") == document:
        version = ssm.describe_document(Name=DOCUMENT)["Document"]["LatestVersion"]
    else:
        updated = ssm.update_document(
            Name=DOCUMENT, DocumentVersion="$LATEST", DocumentFormat="JSON", Content=content
        )
        version = updated["DocumentDescription"]["DocumentVersion"]
    ssm.update_document_default_version(Name=DOCUMENT, DocumentVersion=version)
