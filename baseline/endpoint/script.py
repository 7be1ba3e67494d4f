"""The scripts that install, remove and check an agent: the preset's settings before a fixed text."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from pathlib import Path

from baseline.endpoint.preset import Preset, Windows

FOLDER = Path(__file__).parent / "scripts"
SHELL = "#!/bin/bash"
NOT_ENTERED = "enter-the-token-of-the-vendor"
"""Key of the secret's first value: a machine that reads it waits for the token."""


def linux_script(preset: Preset, name: str) -> str:
    """Give ``install``, ``uninstall`` or ``check`` for bash.

    Every value of the preset is quoted; none is ever read as a command.
    """
    linux, token = preset.linux, preset.linux.token
    settings = {
        "TITLE": _word(preset.title),
        "NOT_ENTERED": _word(NOT_ENTERED),
        "FROM_REPOSITORY": "1" if linux.platforms else "0",
        "RPM_PACKAGES": _words(linux.rpm.packages),
        "RPM_SERVICES": _words(linux.rpm.services),
        "DEB_PACKAGES": _words(linux.deb.packages),
        "DEB_SERVICES": _words(linux.deb.services),
        "TOKEN_WHEN": token.when if token else "never",
        "TOKEN_FILE": _word(token.file or "" if token else ""),
        "TOKEN_CONTENT": _word(token.content if token else ""),
        "TOKEN_ENVIRONMENT": _word(token.environment or "" if token else ""),
        "TOKEN_COMMAND": _words(token.command if token else ()),
    }
    used = _read("common.sh") + _read(f"{name}.sh")
    header = [f"{key}={value}" for key, value in settings.items() if re.search(rf"\b{key}\b", used)]
    return "\n".join([SHELL, *header, used])


def windows_script(preset: Preset, windows: Windows, name: str) -> str:
    """Give ``install``, ``uninstall`` or ``check`` for PowerShell."""
    settings = {
        "$Title": _quoted(preset.title),
        "$NotEntered": _quoted(NOT_ENTERED),
        "$UsesToken": "$true" if any("{token}" in each for each in windows.arguments) else "$false",
        "$Arguments": f"@({', '.join(map(_quoted, windows.arguments))})",
        "$Service": _quoted(windows.service),
        "$Application": _quoted(windows.application),
    }
    used = _read(f"{name}.ps1")
    header = [f"{key} = {value}" for key, value in settings.items() if key in used]
    return "\n".join([*header, used])


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _word(text: str) -> str:
    return shlex.quote(text)


def _words(texts: Iterable[str]) -> str:
    return f"({' '.join(map(shlex.quote, texts))})"


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
