"""Turns pydantic's errors into sentences that say what to write instead."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic_core import ErrorDetails

from baseline.config.finding import Finding, Path


def finding(error: ErrorDetails, unquoted: Mapping[Path, str]) -> Finding:
    """Give the finding for one error of pydantic."""
    path = tuple(part for part in error["loc"] if part != "[key]")
    if error["type"] == "string_type" and path in unquoted:
        return Finding(path, "write it in quotes")
    return Finding(path, error["msg"])
