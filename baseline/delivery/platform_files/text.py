"""YAML as people write it: scripts as blocks, keys in their order."""

from __future__ import annotations

from typing import Any

import yaml

# PyYAML has no types here, so its class cannot be written as the base of another.
_Dumper: Any = type("_Dumper", (yaml.SafeDumper,), {"ignore_aliases": lambda _, __: True})


def _text(dumper: Any, value: str) -> Any:  # noqa: ANN401 - PyYAML has no types here
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def as_yaml(document: dict[str, Any]) -> str:
    """Give a document as YAML."""
    return str(yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=10_000))


def kebab(name: str) -> str:
    """Give a step's name as platforms write names of jobs: ``deploy-test`` for ``DeployTest``."""
    return "".join(f"-{one.lower()}" if one.isupper() else one for one in name).lstrip("-")
