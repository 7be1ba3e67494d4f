"""Organizations that tests only read: composed and synthesized once per process and configuration.

To compose one takes five seconds, whatever it is asked about. So what tests change of the example
is collected here in few organizations, as far as the changes do not meet.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from baseline.config import Configuration, Names, load
from stacks.composition import compose
from stacks.wiring import Wiring
from tests.support import CONTEXT, ROOT

Document = dict[str, Any]

SWITCHED_OFF: Document = {
    "capabilities": {
        "access_analyzer": {"enabled": False, "unused_access": {"enabled": False}},
        "config": {"enabled": False},
        "inspector": {"enabled": False},
        "security_hub": {"enabled": False},
        "trusted_advisor": {"enabled": False},
    },
    "patching": {"enabled": False},
    "evidence": {"enabled": False},
    "log_archive": {"load_balancer_logs": False, "web_acl_logs": False},
    "break_glass": {"create": False},
    "billing": {"monthly_dollars": None, "anomalies": {"enabled": False}},
    "identity_center": None,
}
SWITCHED_ON: Document = {
    "billing": {"region": "us-east-1"},
    "capabilities": {
        "backup": {
            "delete_after_days": 40,
            "central": {"delete_after_days": 90},
            "restore_test": ["EFS", "DynamoDB"],
            "audit": True,
        },
        # The models do not ask whether a suppression has ended; the checks of a file do.
        "inspector": {
            "enabled": True,
            "critical": "all",
            "sbom": {"enabled": False},
            "suppressions": {
                "build-tools": {
                    "reason": "The compiler stands in the build stage and is not shipped",
                    "expires": "2027-05-01",
                    "packages": ["gcc"],
                    "repositories": ["payments-build"],
                }
            },
        },
    },
    "edge": {"firewall_manager": {"web_acls": {"web": {"regions": ["eu-central-1"]}}}},
    "iam": {
        "mfa_group": True,
        "deploy_roles": {
            "baseline": {
                "provider": "github",
                "repository": "example/baseline",
                "environment": "production",
            },
            "app": {
                "provider": "gitlab",
                "repository": "group/sub/app",
                "branch": "main",
                "account": "network",
            },
        },
    },
    "identity_center": {"region": "eu-central-1", "delegate": "shared_services"},
    "log_archive": {"replication": {"region": "eu-central-1"}},
    "patching": {"install": "none"},
    "siem": {
        "pull": {"account": "464646464646", "external_id": "us1-7f3kq9x2m4w8z6b1"},
        "push": {
            "destination": "https",
            "url": "https://siem.example.com/firehose",
            "sources": ["findings", "activity", "trail"],
        },
        "security_lake": {},
    },
}


class Composed:
    """The stacks of an organization. After the first synthesis the CDK refuses to change them.

    Attributes:
        app: the app; its templates are made at the first call of ``synth`` and stay.
        stacks: its stacks by ID.
    """

    def __init__(
        self, configuration: Configuration, build: Callable[[Wiring], object] | None = None
    ) -> None:
        self.app = cdk.App(context=CONTEXT, analytics_reporting=False)
        if build:
            names = Names.of(configuration)
            build(Wiring(app=self.app, configuration=configuration, names=names))
        else:
            compose(self.app, configuration)
        self.stacks = {
            child.node.id: child for child in self.app.node.children if isinstance(child, cdk.Stack)
        }

    @cached_property
    def folder(self) -> Path:
        """The cloud assembly."""
        return Path(self.app.synth().directory)

    def template(self, stack: str) -> Document:
        """Give the template of a stack by ID; reading the file is ten times faster than asking."""
        text = (self.folder / f"{stack}.template.json").read_text(encoding="utf-8")
        return dict(json.loads(text))

    def waits_for(self, stack: str) -> set[str]:
        """Give the IDs of the stacks that a stack depends on itself."""
        return {each.node.id for each in self.stacks[stack].dependencies}


_COMPOSED: dict[str, Composed] = {}


def composed(configuration: Configuration) -> Composed:
    """Give the stacks of a configuration: a test that changes them composes its own."""
    key = configuration.model_dump_json()
    if key not in _COMPOSED:
        _COMPOSED[key] = Composed(configuration)
    return _COMPOSED[key]


@cache
def example() -> Configuration:
    """Give baseline.yaml."""
    return load(ROOT / "baseline.yaml")


@cache
def switched_off() -> Configuration:
    """Give the example without all that it may be without."""
    return _with(SWITCHED_OFF)


@cache
def switched_on() -> Configuration:
    """Give the example with what it leaves to choice, as far as no example of its own shows it."""
    return _with(SWITCHED_ON)


@cache
def chosen_together() -> Configuration:
    """Give what machines and their deliveries choose, without a word to each other."""
    names = ("endpoint", "images", "delivery", "template-validation")
    return Configuration.model_validate(_together(*names))


@cache
def public_workload() -> Configuration:
    """Give the reference workload behind Firewall Manager, in the one account that both name."""
    document = _together("edge", "workload")
    del document["members"]["shop"]
    return Configuration.model_validate(document)


def _together(*names: str) -> Document:
    """Merge examples/configurations; where they differ, the first one counts."""
    document: Document = {}
    for name in names:
        one = load(ROOT / "examples" / "configurations" / f"{name}.yaml")
        document = _merged(one.model_dump(mode="json", exclude_unset=True), document)
    return document


def _with(changes: Document) -> Configuration:
    document = _merged(example().model_dump(mode="json", exclude_unset=True), changes)
    return Configuration.model_validate(document)


def _merged(base: Any, changes: Any) -> Any:
    """Give a document with changes: mappings are merged; what is None in the changes is left out."""
    if not (isinstance(base, dict) and isinstance(changes, dict)):
        return changes
    merged = {key: _merged(base.get(key), value) for key, value in changes.items()}
    return {key: value for key, value in {**base, **merged}.items() if value is not None}
