"""The record of a game day: who ran what with which versions, what arrived, and its hash."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import boto3

from baseline import __version__
from baseline.config import Names
from baseline.errors import BaselineError
from baseline.gameday.results import Result
from baseline.gameday.world import World

PREFIX = "gamedays/"
OUTPUT = "EvidenceBucket"


def evidence_bucket(world: World, names: Names) -> str:
    """Give the name of the evidence bucket, which the stack of the responses puts out.

    Raises:
        BaselineError: the stack has no such output.
    """
    client = world.client("cloudformation", names.security, names.home_region)
    stack = client.describe_stacks(StackName=names.response_stack)["Stacks"][0]
    for output in stack.get("Outputs", ()):
        if output["OutputKey"] == OUTPUT:
            return str(output["OutputValue"])
    raise BaselineError(
        f"the stack {names.response_stack} names no evidence bucket; set "
        "response.game_days.inbox: true and deploy it"
    )


def record(
    results: Sequence[Result], *, run: str, target: str, who: str, ended: str
) -> dict[str, Any]:
    """Give the record, with the SHA-256 of everything else in it as ``sha256``.

    Args:
        results: of the scenarios.
        run: name of the run.
        target: ``AWS``, or the address of the embedded AWS.
        who: ARN of the caller.
        ended: when it ended, in UTC.
    """
    body = {
        "schema": 1,
        "run": run,
        "target": target,
        "who": who,
        "ended": ended,
        "versions": {
            "baseline": __version__,
            "boto3": boto3.__version__,
            "python": platform.python_version(),
        },
        "ok": all(one.ok for one in results) and any(one.proved for one in results),
        "scenarios": [_plain(one) | {"ok": one.ok} for one in results],
    }
    return {**body, "sha256": digest(body)}


def digest(body: Mapping[str, Any]) -> str:
    """Give the SHA-256 of a record without its own."""
    rest = {name: value for name, value in body.items() if name != "sha256"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def keep_in_folder(folder: Path, made: Mapping[str, Any]) -> Path:
    """Write a record into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{made['run']}.json"
    path.write_text(_text(made), encoding="utf-8")
    return path


def keep_in_bucket(world: World, names: Names, made: Mapping[str, Any]) -> str:
    """Write a record into the evidence bucket, where nobody can change it; give its address."""
    bucket, key = evidence_bucket(world, names), f"{PREFIX}{made['run']}.json"
    # A bucket with Object Lock takes nothing without a checksum.
    world.client("s3", names.security, names.home_region).put_object(
        Bucket=bucket,
        Key=key,
        Body=_text(made).encode(),
        ContentType="application/json",
        ChecksumAlgorithm="SHA256",
    )
    return f"s3://{bucket}/{key}"


def _plain(result: Result) -> dict[str, Any]:
    """Give a result as JSON has it, so that what is hashed is what is read back."""
    made: dict[str, Any] = json.loads(json.dumps(asdict(result)))
    return made


def _text(made: Mapping[str, Any]) -> str:
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"
