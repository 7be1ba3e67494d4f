"""Quicker calls of the CDK for an app that composes thousands of resources; templates stay the same."""

from __future__ import annotations

import functools
import gc
import os
import sys

TESTED = "1.142.0"
"""The version of jsii whose inner workings ``baseline.synthesis`` knows; with another it leaves them alone."""


@functools.cache
def quicken() -> None:
    """Make the calls of this process to the CDK cheaper. Call it before ``aws_cdk`` is imported.

    Which resources come out, and how, does not change: the same calls reach the CDK in the same
    order, without the questions that were answered before. jsii's type checks of arguments are left
    out; type checkers and this repository's tests, which do not call this function, make them.

    The environment variable ``BASELINE_PLAIN_JSII`` (any value) leaves jsii as it is, and so do
    jsii's own for debugging it, a version that was not tested, a CDK that is loaded already, and
    Windows.
    """
    # Nobody here asks where a construct was created, and recording it costs a fifth of the time.
    os.environ.setdefault("CDK_DISABLE_STACK_TRACE", "1")
    # A process of a few seconds that keeps nearly all it makes: looking for garbage is a tenth of them.
    gc.disable()
    if _wanted():
        # Loads jsii, which an import of this package does not.
        from baseline.synthesis.calls import shorten_calls  # noqa: PLC0415

        shorten_calls()


def _wanted() -> bool:
    debugging = {"BASELINE_PLAIN_JSII", "JSII_RUNTIME", "JSII_DEBUG", "JSII_HOST_STACK_TRACES"}
    # Another process would not know what the one that is running has loaded.
    if os.name != "posix" or "aws_cdk" in sys.modules or debugging & os.environ.keys():
        return False
    from jsii.__meta__ import __jsii_runtime_version__ as installed  # noqa: PLC0415

    return str(installed) == TESTED
