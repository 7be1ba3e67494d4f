"""Which machines patches are installed on: those that carry a tag, every one, or none."""

from __future__ import annotations

from constructs import Construct

from baseline.config import Names
from baseline.config.patching import Patching, PatchWindow
from baseline.errors import BaselineError
from baseline.patching.everywhere import InstallationEverywhere
from baseline.patching.windows import WeeklyInstallation


def create_installation(scope: Construct, *, names: Names, settings: Patching) -> None:
    """Create what the settings ask for: windows by tag, one association for all, or nothing."""
    if settings.install == "tagged":
        for name, window in sorted(settings.windows.items()):
            WeeklyInstallation(
                scope,
                "".join(part.title() for part in f"window-{name}".split("-")),
                names=names,
                window_name=name,
                window=window,
                tag=settings.tag,
                logs=settings.logs,
            )
    elif settings.install == "all":
        InstallationEverywhere(
            scope, "Everywhere", names=names, window=only_window(settings), logs=settings.logs
        )


def only_window(settings: Patching) -> PatchWindow:
    """Give the window of all machines.

    Raises:
        BaselineError: there is not exactly one.
    """
    if len(settings.windows) != 1:
        raise BaselineError(
            f"install: all has one window for every machine, here are {len(settings.windows)}; leave "
            "one, or set install: tagged"
        )
    (window,) = settings.windows.values()
    return window
