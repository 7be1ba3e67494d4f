"""Presets: what an agent is called, where its token belongs and which service must run, as data."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from baseline.errors import BaselineError

PRESETS = Path(__file__).parent / "presets"
TOKEN, WORDS = "{token}", "{words}"
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9@._+-]{0,99}$")]
Text = Annotated[str, Field(min_length=1, max_length=1_000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TokenUse(_Part):
    """What is done with the token on a Linux machine: written to a file, or given to a command.

    A file is better than a command, whose arguments every user of the machine can see for a moment.

    Attributes:
        when: before or after the installer runs.
        file: path that gets ``content`` with mode 0600; relative to the package's folder where it
            is only needed meanwhile.
        content: what is written, with ``{token}``.
        environment: variable that tells the installer where the file is; the file goes afterwards.
        command: program with arguments; ``{token}`` is the token, ``{words}`` alone are its words
            as arguments.
    """

    when: Literal["before", "after"]
    file: Text | None = None
    content: Text = TOKEN
    environment: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] | None = None
    command: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Self:
        if (self.file is None) == (not self.command):
            raise ValueError("give file or command, and not both")
        shown = self.content if self.file else " ".join(self.command)
        if TOKEN not in shown and WORDS not in self.command:
            raise ValueError(f"{TOKEN} stands nowhere; the token would not be used")
        return self


class Family(_Part):
    """What the agent is called with rpm or deb packages.

    Attributes:
        packages: installed packages; taken from the repositories where there is no installer.
        services: units of systemd that have to run.
    """

    packages: tuple[Name, ...] = Field(min_length=1)
    services: tuple[Name, ...] = Field(min_length=1)


class Linux(_Part):
    """The agent on Linux.

    Attributes:
        rpm: names with rpm packages.
        deb: names with deb packages.
        platforms: platforms of Distributor that get it from repositories; none for a vendor's
            installers.
        token: what is done with the token.
        application: name of the package in the inventory, on every distribution.
    """

    rpm: Family
    deb: Family
    platforms: tuple[Name, ...] = ()
    token: TokenUse | None = None
    application: Name


class Windows(_Part):
    """The agent on Windows.

    Attributes:
        arguments: of the installer, with ``{token}``.
        service: service that has to run.
        application: its name in the inventory.
    """

    arguments: tuple[Text, ...]
    service: Name
    application: Text


class Preset(_Part):
    """An agent.

    Attributes:
        id: name in baseline.yaml.
        title: name for people.
        secret: what a person enters as the token; None where the agent needs none.
        linux: how it is installed there.
        windows: how it is installed there; None where it is not.
        unverified: what could not be checked against the vendor's documentation.
        source: titles of the documentation that it follows.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    title: Text
    secret: Text | None = None
    linux: Linux
    windows: Windows | None = None
    unverified: tuple[Text, ...] = ()
    source: tuple[Text, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _token_is_known(self) -> Self:
        used = self.linux.token is not None or (
            self.windows is not None and any(TOKEN in each for each in self.windows.arguments)
        )
        if used != (self.secret is not None):
            raise ValueError("secret says what the token is exactly where a token is used")
        return self

    def family(self, platform: str) -> Family:
        """Give the names on a Linux platform of Distributor."""
        return self.linux.deb if platform in ("debian", "ubuntu") else self.linux.rpm


@cache
def presets() -> dict[str, Preset]:
    """Give the presets that come with the library, by ID."""
    found = [load_preset(path) for path in sorted(PRESETS.glob("*.json"))]
    return {preset.id: preset for preset in found}


def load_preset(path: Path) -> Preset:
    """Read a preset.

    Raises:
        BaselineError: the file cannot be read, or says what no preset says.
    """
    try:
        return Preset.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BaselineError(f"preset {path} cannot be read: {error.strerror}") from error
    except (ValidationError, UnicodeDecodeError) as error:
        raise BaselineError(f"preset {path} is no preset: {_first(error)}") from error


def _first(error: ValidationError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is no UTF-8 text"
    row = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(map(str, row["loc"])) or "the file"
    return f"{place}: {re.sub(r'^Value error, ', '', row['msg'])}; docs/endpoint.md has the form"
