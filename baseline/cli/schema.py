"""`baseline schema`: the JSON schema that lets an editor complete and check baseline.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from baseline.config.schema import rendered
from baseline.errors import BaselineError


def schema(
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write to this file.", show_default="standard output"),
    ] = None,
) -> None:
    """Print the JSON schema of the configuration.

    The first line of a configuration names it: # yaml-language-server: $schema=baseline.schema.json
    """
    if output is None:
        typer.echo(rendered(), nl=False)
        return
    try:
        output.write_text(rendered(), encoding="utf-8")
    except OSError as error:
        raise BaselineError(f"{output} cannot be written: {error.strerror}") from None
