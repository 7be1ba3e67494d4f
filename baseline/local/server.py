"""``python -m baseline.local.server --port 4566 --state-file build/local/state.json``: start it.

Prints one line ``ready http://localhost:4566`` when it answers; ends on SIGTERM. The state file
holds process ID, endpoint and versions while it runs.
"""

import argparse
import importlib
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from baseline.errors import BaselineError

DEFAULT_PORT = 4566


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the embedded AWS until it is stopped; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m baseline.local.server", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--state-file", type=Path, required=True)
    options = parser.parse_args(arguments)
    emulators = importlib.import_module("baseline.local.emulators")
    # The emulators read their settings while they are imported, so the environment comes first.
    os.environ.update(emulators.environment(options.port))
    try:
        # The code of Lambda functions is unpacked here and goes when the server goes.
        with tempfile.TemporaryDirectory(prefix="baseline-local-") as folder:
            tempfile.tempdir = folder
            application = importlib.import_module("baseline.local.application")
            application.run(options.port, options.state_file)
    except (BaselineError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        tempfile.tempdir = None
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Nothing is left to do, and taking the emulators' objects apart takes the interpreter seconds.
    os._exit(status)
