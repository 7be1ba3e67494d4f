"""A machine of stubs: package managers, systemd and the AWS CLI as scripts that write down their calls."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

TOKEN = "t0ken-of-the-vendor"
# Whatever a script uses besides; nothing else is on the PATH.
KEPT = ("bash", "cat", "chmod", "dirname", "mkdir", "mv", "rm", "sleep")

INSTALL = """
for word in "$@"; do
  case $word in
    *.rpm | *.deb) cat "$word" >>"$MACHINE/installed" ;;
    install | -* | *::*) ;;
    *) echo "$word" >>"$MACHINE/installed" ;;
  esac
done
exit "$(cat "$MACHINE/installer_status" 2>/dev/null || echo 0)"
"""
REMOVE = """
for word in "$@"; do last=$word; done
while read -r line; do [ "$line" = "$last" ] || echo "$line"; done <"$MACHINE/installed" >"$MACHINE/left"
mv "$MACHINE/left" "$MACHINE/installed"
"""
MANAGER = f"""
echo "$(basename "$0") $*" >>"$MACHINE/calls"
case " $* " in
  *" install "*) {INSTALL} ;;
  *" remove "*) {REMOVE} ;;
esac
"""
LISTED = """
for word in "$@"; do last=$word; done
while read -r line; do [ "$line" = "$last" ] && { printf installed; exit 0; }; done <"$MACHINE/installed"
exit 1
"""
SYSTEMCTL = """
echo "systemctl $*" >>"$MACHINE/calls"
for word in "$@"; do last=$word; done
case $1 in
  is-active) [ -e "$MACHINE/running-$last" ] ;;
  start) [ -e "$MACHINE/broken" ] || : >"$MACHINE/running-$last" ;;
  disable) rm -f "$MACHINE/running-$last" ;;
esac
"""
AWS = """
echo "aws $*" >>"$MACHINE/calls"
[ -e "$MACHINE/token" ] || exit 254
cat "$MACHINE/token"
"""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A folder that stands for a machine.

    Attributes:
        folder: what the stubs remember.
        package: the unpacked package.
    """

    folder: Path
    package: Path

    @classmethod
    def make(cls, folder: Path, *, manager: str, token: str | None = TOKEN) -> Machine:
        """Make a machine with a package manager, and a token in Secrets Manager."""
        programs = folder / "bin"
        package = folder / "package"
        for each in (programs, package, folder / "state"):
            each.mkdir(parents=True)
        stubs = {manager: MANAGER, "systemctl": SYSTEMCTL, "aws": AWS}
        stubs["dpkg-query" if manager == "apt-get" else "rpm"] = LISTED
        for name, text in stubs.items():
            path = programs / name
            path.write_text(
                f'#!/bin/bash\nbasename() {{ echo "${{1##*/}}"; }}\n{text}', encoding="utf-8"
            )
            path.chmod(0o755)
        for name in KEPT:
            found = next(
                path for path in (Path("/usr/bin"), Path("/bin")) if (path / name).exists()
            )
            (programs / name).symlink_to(found / name)
        (folder / "installed").touch()
        if token is not None:
            (folder / "token").write_text(token, encoding="utf-8")
        return cls(folder=folder, package=package)

    def run(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a script as Systems Manager does: in its folder, as a program."""
        path = self.package / "script.sh"
        path.write_text(script, encoding="utf-8")
        return subprocess.run(
            ["/bin/bash", str(path)],
            cwd=self.package,
            check=False,
            capture_output=True,
            text=True,
            timeout=30,
            env={
                "PATH": str(self.folder / "bin"),
                "MACHINE": str(self.folder),
                "ENDPOINT_STATE_FOLDER": str(self.folder / "state"),
                "ENDPOINT_WAIT_SECONDS": "0",
                "SSM_TOKEN_REGION": "eu-west-1",
                "SSM_TOKEN_SECRET": "arn:aws:secretsmanager:eu-west-1:333333333333:secret:x",
                "LANG": os.environ.get("LANG", "C.UTF-8"),
                **environment,
            },
        )

    def calls(self) -> list[str]:
        """Give what was called, in order."""
        path = self.folder / "calls"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def installed(self) -> list[str]:
        """Give the packages that are installed."""
        return (self.folder / "installed").read_text(encoding="utf-8").split()

    def running(self) -> set[str]:
        """Give the services that run."""
        return {path.name.removeprefix("running-") for path in self.folder.glob("running-*")}
