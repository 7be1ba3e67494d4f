"""Targets of the playbook with which the framework is tested."""

from typing import Any

import findings


def sample_playbook(event: dict[str, Any]) -> dict[str, Any]:
    found = findings.detail(event)
    keys = findings.require(found.get("resource", {}).get("accessKeyDetails"), "which key")
    return {"kind": "AccessKey", "id": keys["accessKeyId"], "user": keys["userName"]}
