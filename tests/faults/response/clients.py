"""Clients that are made once: making one takes longer than what moto does with its calls."""

from __future__ import annotations

from typing import Any

import boto3
import pytest


def share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything in a test share the clients of the same settings and credentials."""
    made: dict[str, Any] = {}
    real = boto3.client

    def client(service: str, **settings: Any) -> Any:
        key = repr((service, sorted((name, str(value)) for name, value in settings.items())))
        if key not in made:
            made[key] = real(service, **settings)
        return made[key]

    monkeypatch.setattr(boto3, "client", client)
