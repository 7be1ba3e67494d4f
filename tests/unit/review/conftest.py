"""Small cloud assemblies, written as `cdk synth` writes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from baseline.review import Review, comparison, read_assembly, review

Resources = Mapping[str, Any]
Write = Callable[..., Path]
Compare = Callable[..., Review]
ACCOUNT = "222222222222"


@pytest.fixture(autouse=True)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the engine of the Guard rules, which takes a second to start, but for its own tests."""
    if "rule" not in request.node.name and "told_once" not in request.node.name:
        monkeypatch.setattr(comparison, "template_findings", lambda _base, _head: ())


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write an assembly: resources by stack, controls, and stacks that anybody may delete."""
    made = 0

    def make(
        stacks: Mapping[str, Resources],
        controls: list[dict[str, Any]] | None = None,
        unprotected: tuple[str, ...] = (),
    ) -> Path:
        nonlocal made
        made += 1
        folder = tmp_path / f"assembly{made}"
        folder.mkdir()
        artifacts = {}
        for name, resources in stacks.items():
            template = json.dumps({"Resources": resources})
            (folder / f"{name}.template.json").write_text(template, encoding="utf-8")
            artifacts[name] = {
                "type": "aws:cloudformation:stack",
                "environment": f"aws://{ACCOUNT}/eu-west-1",
                "displayName": name,
                "properties": {
                    "templateFile": f"{name}.template.json",
                    "stackName": f"secbase-{name}",
                    "terminationProtection": name not in unprotected,
                },
            }
            artifacts[f"{name}.assets"] = {"type": "cdk:asset-manifest"}
        (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}), "utf-8")
        if controls is not None:
            (folder / "controls.json").write_text(json.dumps(controls), "utf-8")
        return folder

    return make


@pytest.fixture
def compare(write: Write) -> Compare:
    """Compare two stacks of one name."""

    def made(base: Resources, head: Resources, **options: Any) -> Review:
        sides = [read_assembly(write({"app": each}, controls=[])) for each in (base, head)]
        return review(sides[0], sides[1], names=("base", "head"), **options)

    return made


def worse(found: Review) -> list[tuple[str, str, str]]:
    """Give kind, severity and place of what a reviewer has to look at."""
    return [(each.kind, each.severity, str(each.place)) for each in found.worse]


def texts(found: Review) -> str:
    return "\n".join(f"{each.place} {each.text}" for each in found.worse)
