"""The `baseline` command.

Exit status: 0 fine, 1 findings, 2 wrong input. Problems are lines, never tracebacks.
"""

from __future__ import annotations

import sys

from baseline.errors import BaselineError

WRONG_INPUT = 2

# The packages of the extras, by the name under which Python misses them.
EXTRAS = {
    "typer": "cli",
    "rich": "cli",
    "jinja2": "cli",
    "boto3": "local",
    "botocore": "local",
    "cfnlint": "local",
    "hypercorn": "local",
    "ministack": "local",
    "moto": "local",
}


def main() -> None:
    """Run the command with the arguments of the process.

    Raises:
        SystemExit: always; its code is the exit status.
    """
    try:
        from baseline.cli.application import application  # noqa: PLC0415 - typer may be missing

        application()
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        _stop(
            f"this command needs {error.name}, which is not installed: "
            f"pip install 'aws-security-baseline[{extra}]'"
        )
    except BaselineError as error:
        _stop(str(error))


def _stop(message: str) -> None:
    sys.stderr.write(f"{message}\n")
    raise SystemExit(WRONG_INPUT)
