"""Names below localhost lead to this machine; others are left alone."""

from __future__ import annotations

import socket

import pytest

from baseline.local.loopback.sitecustomize import _resolving


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("121212121212.localhost", "localhost"),
        ("121212121212.LOCALHOST.", "localhost"),
        ("localhost", "localhost"),
        ("s3-control.eu-west-1.amazonaws.com", "s3-control.eu-west-1.amazonaws.com"),
        ("localhost.example.com", "localhost.example.com"),
        (None, None),
    ],
)
def test_only_names_below_localhost_are_resolved_here(host: str | None, asked: str | None) -> None:
    heard: list[object] = []
    _resolving(lambda name, *_, **__: heard.append(name))(host, 80, type=socket.SOCK_STREAM)
    assert heard == [asked]
