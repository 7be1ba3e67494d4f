"""The JSON schema: committed as generated, true for every example, strict for mistakes."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from baseline.config import schema
from baseline.config.document import Value, read

ROOT = Path(__file__).parents[3]
COMMITTED = ROOT / "baseline.schema.json"
EXAMPLES = [ROOT / "baseline.yaml", *sorted((ROOT / "examples" / "configurations").glob("*.yaml"))]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    contents: dict[str, Any] = schema.json_schema()
    jsonschema.Draft202012Validator.check_schema(contents)
    return jsonschema.Draft202012Validator(contents)


def test_the_committed_schema_is_what_the_models_say() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == schema.rendered(), (
        "run baseline schema -o baseline.schema.json"
    )


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_satisfies_it(validator: jsonschema.Draft202012Validator, path: Path) -> None:
    validator.validate(read(path.read_text(encoding="utf-8")).value)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_first_line_of_every_example_leads_an_editor_to_it(path: Path) -> None:
    first = path.read_text(encoding="utf-8").split("\n", maxsplit=1)[0]
    prefix = "# yaml-language-server: $schema="
    assert first.startswith(prefix)
    assert (path.parent / first.removeprefix(prefix)).resolve() == COMMITTED


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("accounts", "securty", {}),
        ("organization", "id", "o-x"),
        ("network", "availability_zones", 4),
        ("members", "Not A Name", {"email": "a@example.com", "ou": "Sandbox"}),
        ("organization", "email_domains", ["example.com", "example.com"]),
    ],
)
def test_an_editor_marks_a_mistake(
    validator: jsonschema.Draft202012Validator,
    example: Value,
    section: str,
    key: str,
    value: object,
) -> None:
    changed: Any = copy.deepcopy(example)
    changed[section][key] = value
    assert not validator.is_valid(changed)


def test_an_editor_offers_the_regions(
    validator: jsonschema.Draft202012Validator, example: Value
) -> None:
    assert isinstance(example, dict)
    assert not validator.is_valid({**example, "home_region": "eu-wst-1"})
