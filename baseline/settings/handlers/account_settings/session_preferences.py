"""The Session Manager preferences of a Region: one document that AWS knows by its name.

Only the inputs that the configuration names are kept; an account's own choice of a log bucket, say,
stays. Where recording is not required any more, what it left in the document is emptied, and only
that: a document that asks for what is gone stops every session.
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
ACCOUNT = "{account}"
# Inputs that mean something together; the first says whose they are.
TOGETHER = (
    ("s3BucketName", "s3KeyPrefix", "s3EncryptionEnabled"),
    ("cloudWatchLogGroupName", "cloudWatchEncryptionEnabled", "cloudWatchStreamingEnabled"),
    ("kmsKeyId",),
)


def keep(account: Account, region: str, wanted: dict[str, Any], keeper: Keeper) -> Iterator[Row]:
    """Keep the preferences: ``wanted`` has inputs of the document and ones that are withdrawn."""
    ssm = account.client("ssm", region)
    found = _read(ssm)
    inputs = _filled(wanted["inputs"], account.id)
    if found is not None:
        inputs |= emptied(found["inputs"], _filled(wanted["withdrawn"], account.id))
    # A key that is not there would stop every session, so it is looked up first.
    if inputs.get("kmsKeyId"):
        account.client("kms", region).describe_key(KeyId=inputs["kmsKeyId"])
    document = merged(found or EMPTY, inputs)
    before = None if found is None else {name: found["inputs"].get(name) for name in inputs}
    yield keeper.keep(
        SETTING, region, before=before, after=inputs, write=lambda: _write(ssm, found, document)
    )


def merged(document: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Give the document with the wanted inputs, and everything else as it is."""
    return {**document, "inputs": {**document.get("inputs", {}), **wanted}}


def emptied(found: dict[str, Any], withdrawn: dict[str, Any]) -> dict[str, Any]:
    """Give what ends: bucket, log group and key that are ours, each with the inputs that go with it."""
    result: dict[str, Any] = {}
    for names in TOGETHER:
        name = names[0]
        if name in withdrawn and found.get(name) == withdrawn[name]:
            result |= {each: "" if isinstance(withdrawn[each], str) else False for each in names}
    return result


def _filled(inputs: dict[str, Any], account_id: str) -> dict[str, Any]:
    """Put the account's ID where an input wants it."""
    return {
        name: value.replace(ACCOUNT, account_id) if isinstance(value, str) else value
        for name, value in inputs.items()
    }


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
