"""What ``baseline local`` remembers between two commands: the folder ``.baseline-local``."""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A server that was started: its process, its port and the configuration it was started with."""

    pid: int
    port: int
    configuration: str

    def alive(self) -> bool:
        """Whether the process still runs and is the server (process IDs come back)."""
        try:
            command = Path(f"/proc/{self.pid}/cmdline").read_bytes()
        except OSError:
            return _exists(self.pid) and not Path("/proc/self").exists()
        return b"baseline.local.server" in command


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class State:
    """The folder with everything that ``baseline local`` writes; removing it loses nothing else."""

    folder: Path

    @property
    def server_log(self) -> Path:
        """What the server prints."""
        return self.folder / "server.log"

    @property
    def assembly(self) -> Path:
        """The cloud assembly that was deployed last."""
        return self.folder / "cdk.out"

    def log(self, name: str) -> Path:
        """Give the file for the output of one run of ``cdk``, for example ``deploy``."""
        return self.folder / f"{name}.log"

    def read(self) -> Server | None:
        """Give the server that was started last, if it still runs."""
        try:
            values = json.loads((self.folder / "server.json").read_text(encoding="utf-8"))
            server = Server(**values)
        except (OSError, ValueError, TypeError):
            return None
        return server if server.alive() else None

    def write(self, server: Server) -> None:
        """Remember a server."""
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(server), indent=2)
        (self.folder / "server.json").write_text(text + "\n", encoding="utf-8")

    def forget(self) -> None:
        """Forget the server; logs and the assembly stay."""
        (self.folder / "server.json").unlink(missing_ok=True)

    def purge(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
