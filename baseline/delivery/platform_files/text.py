"""YAML as people write it: scripts as blocks, keys in their order."""

from __future__ import annotations

from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """Writes no anchors, and texts of several lines as blocks."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401 - any node
        """Write what appears twice twice."""
        del data
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def as_yaml(document: dict[str, Any]) -> str:
    """Give a document as YAML."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=10_000)


def kebab(name: str) -> str:
    """Give a step's name as platforms write names of jobs: ``deploy-test`` for ``DeployTest``."""
    return "".join(f"-{one.lower()}" if one.isupper() else one for one in name).lstrip("-")
