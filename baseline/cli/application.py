"""Puts the commands together. The larger groups are loaded when they are asked for."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup
from typer.main import get_group

from baseline import __version__
from baseline.cli.controls import controls
from baseline.cli.cost import cost
from baseline.cli.evidence import evidence
from baseline.cli.report import report
from baseline.cli.review import review
from baseline.cli.schema import schema
from baseline.cli.validate import validate
from baseline.cli.validate_template import validate_template

if TYPE_CHECKING:
    from typer._click.core import Command, Context

# Name of the group, and where its Typer application stands. They load the engine, the emulators and
# boto3, for which `baseline validate` need not wait.
GROUPS = {
    "delivery": ("baseline.cli.delivery", "delivery_app"),
    "gameday": ("baseline.cli.gameday", "gameday_app"),
    "guardrails": ("baseline.cli.guardrails", "guardrails_app"),
    "identity": ("baseline.cli.identity", "identity_app"),
    "local": ("baseline.cli.local", "local_app"),
    "scan": ("baseline.cli.scan", "scan_app"),
    "settings": ("baseline.cli.settings", "settings_app"),
}


class LazyGroups(TyperGroup):
    """A group of commands that imports its subgroups on first use."""

    def list_commands(self, ctx: Context) -> list[str]:
        """Give the names of commands and subgroups, as the help shows them."""
        return [*super().list_commands(ctx), *(name for name in GROUPS if _installed(name))]

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """Give a command by its name, and import it if that is still to be done."""
        if cmd_name in GROUPS and _installed(cmd_name):
            module, name = GROUPS[cmd_name]
            group = get_group(getattr(import_module(module), name))
            group.name = cmd_name
            return group
        return super().get_command(ctx, cmd_name)


application = typer.Typer(
    name="baseline",
    cls=LazyGroups,
    help="Checks the configuration of an AWS organization, its guardrails and its deployment.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
application.command()(validate)
application.command()(schema)
application.command()(review)
application.command()(report)
application.command()(controls)
application.command("validate-template")(validate_template)
application.command()(evidence)
application.command()(cost)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"baseline {__version__}")
        raise typer.Exit


@application.callback()
def options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and end."
        ),
    ] = False,
) -> None:
    """Check the configuration of an AWS organization, its guardrails and its deployment."""
    del version  # the callback has answered


def _installed(name: str) -> bool:
    return find_spec(GROUPS[name][0]) is not None
