"""The descriptions of AWS services: read once by moto, and once by the clients of this process.

moto looks through all services of botocore for each that it is asked for. It gets a loader of its own:
clients of S3 change what they have read (``/{Bucket}`` goes from the paths), and moto would no longer
know a request by its path, so that no guardrail would deny it.
"""

import functools

from botocore.loaders import Loader, create_loader

from baseline.local import emulators


@functools.cache
def loader() -> Loader:
    """Give the one loader of the clients of this process, which keeps what it has read."""
    return create_loader()


@functools.cache
def _of_moto() -> Loader:
    return create_loader()


def share() -> None:
    """Let moto read the descriptions with one loader."""
    emulators.module("moto.core.utils").create_loader = _of_moto
