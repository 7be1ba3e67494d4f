"""Errors of AWS by their kind. boto3 is an extra: constructs beside this are imported without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from baseline.errors import BaselineError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError


def client_error() -> type[ClientError]:
    """Give the class of what AWS answers instead of a result."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - an extra

    kind: type[ClientError] = ClientError
    return kind


def troubles() -> tuple[type[Exception], ...]:
    """Give the classes of everything that may go wrong without being a fault of this program."""
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - an extra

    return (BaselineError, BotoCoreError, client_error())
