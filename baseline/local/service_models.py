"""The descriptions of AWS services: read once, for moto and for the clients of this process.

moto looks through all services of botocore for each that it is asked for, and reads again what our
clients have read.
"""

import functools

from botocore.loaders import Loader, create_loader

from baseline.local import emulators


@functools.cache
def loader() -> Loader:
    """Give the one loader of this process, which keeps what it has read."""
    return create_loader()


def share() -> None:
    """Let moto read the descriptions with it."""
    emulators.module("moto.core.utils").create_loader = loader
