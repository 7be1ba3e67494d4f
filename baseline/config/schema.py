"""The JSON schema of baseline.yaml, for editors that complete and check while one types.

It is committed as `baseline.schema.json`; the first line of every example points to it.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import models_json_schema

from baseline.config.configuration import Configuration
from baseline.config.standalone import Standalone

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Give the schema of a configuration: of an organization, or of a standalone account.

    The profile is chosen by a key, not by trial: an editor then completes the keys of one profile
    and tells what is wrong in it.
    """
    references, schema = models_json_schema(
        [(Configuration, "validation"), (Standalone, "validation")]
    )
    organization = references[Configuration, "validation"]
    standalone = references[Standalone, "validation"]
    return {
        "$schema": DIALECT,
        "title": "AWS security baseline",
        **_adjusted(schema),
        "type": "object",
        "if": {"required": ["account"], "not": {"required": ["organization"]}},
        "then": standalone,
        "else": organization,
    }


def rendered() -> str:
    """Give the schema as the text of a file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _adjusted(node: Any) -> Any:  # noqa: ANN401 - any value of a JSON document
    """Say what the models leave to the checks, and drop the titles that only repeat the keys."""
    if isinstance(node, list):
        return [_adjusted(item) for item in node]
    if not isinstance(node, dict):
        return node
    adjusted = {key: _adjusted(value) for key, value in node.items()}
    if isinstance(adjusted.get("title"), str):
        del adjusted["title"]
    if adjusted.get("type") == "array":
        adjusted["uniqueItems"] = True
    if "patternProperties" in adjusted:
        adjusted["additionalProperties"] = False
    return adjusted
