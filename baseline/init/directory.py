"""The files of a directory: which of them are to be written, and what is missing beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from baseline.config.schema import rendered
from baseline.guardrails.roles import QUALIFIER
from baseline.init.files import NewFile
from baseline.init.place import VENDORED, Place
from baseline.init.questions import CI

CONFIGURATION: Final = "baseline.yaml"
SCHEMA: Final = "baseline.schema.json"
PLATFORM_FILES: Final = {name: file for name, file in CI.choices.items() if name != "none"}
IGNORED: Final = (
    "cdk.out/",
    "report.html",
    ".baseline-local/",
    ".baseline-gameday/",
    ".venv/",
    "node_modules/",
    "__pycache__/",
)


def targets(place: Place, platform: str) -> list[Path]:
    """Give the paths of the files that are to be written."""
    folder = place.directory
    found = [folder / CONFIGURATION]
    if not place.is_source:
        found.append(folder / "cdk.json")
    if not place.complete:
        found.append(folder / SCHEMA)
    if not (folder / ".gitignore").exists():
        found.append(folder / ".gitignore")
    if platform in PLATFORM_FILES and place.checkable:
        found.append(place.root / PLATFORM_FILES[platform])
    return found


def schema_path(place: Place) -> str:
    """Give the path of the JSON schema for the first line of the configuration."""
    return place.from_directory(place.source / SCHEMA) if place.complete else SCHEMA


def new_files(
    place: Place, platform: str, *, text: str, organization: bool, branch: str
) -> list[NewFile]:
    """Give the files, in the order in which one reads them.

    Args:
        place: where they go.
        platform: who checks changes: ``github``, ``gitlab`` or ``none``.
        text: the configuration.
        organization: whether it is that of an organization.
        branch: branch that changes go to.

    Raises:
        BaselineError: the branch is none.
    """
    # The platforms' jobs name roles, so they load the CDK, for which no question has to wait.
    from baseline.init.ci import ci_file  # noqa: PLC0415

    texts = {
        CONFIGURATION: (text, "what is protected and how: read it, then change it"),
        "cdk.json": (_cdk_json(place), "lets `cdk` find the app and this configuration"),
        SCHEMA: (rendered(), "lets an editor complete and check baseline.yaml"),
        ".gitignore": (
            "".join(f"{line}\n" for line in IGNORED),
            "keeps what commands make out of the repository",
        ),
    }
    made = []
    for path in targets(place, platform):
        if path.name in texts and path.parent == place.directory:
            content, purpose = texts[path.name]
        else:
            content = ci_file(platform, place, organization=organization, branch=branch)
            purpose = "validates, synthesizes and reviews every change"
        made.append(NewFile(path=path, text=content, purpose=purpose))
    return made


def left_alone(place: Place) -> list[str]:
    """Give what existing files lack, one sentence each."""
    file = place.directory / ".gitignore"
    if not file.is_file():
        return []
    present = {
        line.strip().strip("/") for line in file.read_text("utf-8", errors="replace").splitlines()
    }
    lacking = [line for line in IGNORED if line.strip("/") not in present]
    return [f".gitignore is left as it is; add: {' '.join(lacking)}"] if lacking else []


def next_steps(place: Place, *, organization: bool) -> list[str]:
    """Give the commands that come next, in the directory, and what they need."""
    source = place.from_directory(place.source) if place.checkable else str(place.source)
    steps = []
    if not place.complete:
        steps.append(
            f"git subtree add --squash --prefix {VENDORED} ADDRESS main"
            "  # ADDRESS: your copy of the baseline's repository; the wheel has no stacks"
        )
    if not (place.source / ".venv").exists() or not (place.source / "node_modules").exists():
        steps.append("make setup" if place.is_source else f"make -C {source} setup")
    start = source if source.startswith("/") else "$PWD" if source == "." else f"$PWD/{source}"
    steps.append(f'export PATH="{start}/.venv/bin:{start}/node_modules/.bin:$PATH"')
    steps += [
        "baseline validate  # after every change",
        "cdk synth --quiet  # templates in cdk.out",
        "baseline report --assembly cdk.out  # what it protects, what is left to do by hand",
        "baseline cost  # about what it will cost a month",
    ]
    if organization:
        steps.append(
            "baseline preflight  # before the first deployment: what exists and would clash"
        )
    return steps


def warnings(place: Place, platform: str) -> list[str]:
    """Give what does not work yet, and what helps, one sentence each."""
    found = []
    if not place.complete:
        found.append(
            "There is no clone of the baseline's repository around this directory: `baseline validate` works, "
            f"`cdk synth` needs one in {VENDORED}/ (below), or name one with --source."
        )
    elif platform in PLATFORM_FILES and not place.checkable:
        found.append(
            f"{PLATFORM_FILES[platform]} was not written: its jobs need the stacks in the same repository, and "
            f"{place.source} is outside of it. Copy it to {VENDORED}/ (git subtree add) and run "
            "`baseline init --force` again."
        )
    if platform == "gitlab":
        found.append(
            "GitLab: set the variable DELIVERY_IMAGE to an image with Python, Node.js, make and git, by its digest."
        )
    return found


def _cdk_json(place: Place) -> str:
    document = {
        "app": f"python3 {_quoted(place.from_directory(place.source / 'app.py'))}",
        "notices": False,
        "output": "cdk.out",
        "versionReporting": False,
        "toolkitStackName": f"{QUALIFIER}-toolkit",
        "context": {
            "@aws-cdk/core:bootstrapQualifier": QUALIFIER,
            "baseline:config": CONFIGURATION,
        },
    }
    return json.dumps(document, indent=2) + "\n"


def _quoted(path: str) -> str:
    return f'"{path}"' if set(path) & set(" ()&;'") else path
