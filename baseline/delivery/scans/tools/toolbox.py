"""The folder in which the tools are installed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from baseline.delivery.scans.running import ScanError, run
from baseline.delivery.scans.tools.manifest import Tool, tools

DEFAULT = Path(".venv-scan")
VARIABLE = "BASELINE_SCAN_TOOLS"
STAMP = ".lock-sha256"
INSTALL_SECONDS = 900


@dataclass(frozen=True, kw_only=True, slots=True)
class Toolbox:
    """The installed tools, each in a virtual environment of its own, because their pins clash.

    Attributes:
        folder: the folder, with one environment by tool.
    """

    folder: Path

    @classmethod
    def named(cls, folder: Path | None) -> Toolbox:
        """Give the toolbox of a folder; by default that of ``BASELINE_SCAN_TOOLS``, then ``.venv-scan``."""
        chosen = folder or Path(os.environ.get(VARIABLE) or DEFAULT)
        return cls(folder=chosen.absolute())

    def program(self, name: str) -> str:
        """Give the path of a tool's command.

        Raises:
            ScanError: the tool is not installed, or its lock file has changed since.
        """
        tool = tools()[name]
        home = self.folder / name
        state = self.state(tool)
        if state != "installed":
            raise ScanError(
                f"{name} {tool.version} is {state} in {self.folder}; "
                f"run: baseline scan tools install --directory {self.folder}"
            )
        return str(home / "bin" / tool.program)

    def python(self, name: str) -> str:
        """Give the path of the Python of a tool's environment."""
        return str(Path(self.program(name)).with_name("python"))

    def state(self, tool: Tool) -> str:
        """Give ``installed``, ``outdated`` (by another lock file) or ``missing``."""
        stamp = self.folder / tool.name / STAMP
        if not stamp.is_file() or not (self.folder / tool.name / "bin" / tool.program).exists():
            return "missing"
        return "installed" if stamp.read_text("utf-8").strip() == tool.stamp else "outdated"

    def install(self, names: Iterable[str], told: Callable[[str], None]) -> None:
        """Install what is missing or outdated, by lock file and hashes only.

        Args:
            names: the tools.
            told: called with a line for each tool.

        Raises:
            ScanError: pip could not, for example because a hash differs.
        """
        for tool in (tools()[name] for name in names):
            if self.state(tool) == "installed":
                told(f"{tool.name} {tool.version} is there")
                continue
            self._install(tool)
            told(f"{tool.name} {tool.version} installed")

    def _install(self, tool: Tool) -> None:
        home = self.folder / tool.name
        shutil.rmtree(home, ignore_errors=True)
        # The interpreter outside of the environment that runs this command.
        base = str(Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}"))
        python = base if Path(base).exists() else sys.executable
        run("venv", [python, "-m", "venv", str(home)], fine=[0], seconds=INSTALL_SECONDS)
        lock = home / "tool.lock"
        lock.write_text(tool.lock, encoding="utf-8")
        command = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input"]
        command += ["--no-compile", "--require-hashes", "--no-deps", "--requirement", str(lock)]
        run("pip", command, fine=[0], seconds=INSTALL_SECONDS)
        (home / STAMP).write_text(f"{tool.stamp}\n", encoding="utf-8")
