"""Organizations that tests only read: composed and synthesized once per process and configuration."""

from __future__ import annotations

import aws_cdk as cdk

from baseline.config import Configuration
from stacks.composition import compose
from tests.support import CONTEXT


class Composed:
    """The stacks of an organization. After the first synthesis the CDK refuses to change them.

    Attributes:
        app: the app; its templates are made at the first call of ``synth`` and stay.
        stacks: its stacks by ID.
    """

    def __init__(self, configuration: Configuration) -> None:
        self.app = cdk.App(context=CONTEXT, analytics_reporting=False)
        compose(self.app, configuration)
        self.stacks = {
            child.node.id: child for child in self.app.node.children if isinstance(child, cdk.Stack)
        }


_COMPOSED: dict[str, Composed] = {}


def composed(configuration: Configuration) -> Composed:
    """Give the stacks of a configuration: a test that changes them composes its own."""
    key = configuration.model_dump_json()
    if key not in _COMPOSED:
        _COMPOSED[key] = Composed(configuration)
    return _COMPOSED[key]
