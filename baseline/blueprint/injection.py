"""The injector: gives arguments to an L2 construct, and judges those that it was given."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any
from weakref import WeakKeyDictionary

import aws_cdk as cdk
import jsii
from constructs import Construct

from baseline.blueprint.mixing import apply_later
from baseline.blueprint.platform import Platform
from baseline.blueprint.record import Change, Record, Weaker
from baseline.blueprint.settings import Hardening, Setting, Severity
from baseline.blueprint.site import Site, Value
from baseline.blueprint.stores import Stores

LIBRARY = "baseline."
CDK = ("aws_cdk", "constructs")
PLAIN = ("", "App", "Construct", "NestedStack", "Stack", "Stage")
"""Classes of the CDK that make nothing by themselves."""


@jsii.implements(cdk.IPropertyInjector)
class Injector:
    """One injector of the blueprint, for one kind of L2 construct.

    The CDK asks it before it makes a construct of the kind, wherever that happens: in the team's
    code, in another L2, in a nested stack. It adds what is missing, keeps what is there, and
    records both. Constructs of this library are left as they are.

    Args:
        hardening: what it does.
        platform: values of the platform.
        stores: what is made once per stack.
        record: where it writes what it did.
        switched_off: names of settings that it leaves alone.
        before: the team's own injector of the kind, which runs first.
    """

    def __init__(
        self,
        hardening: Hardening,
        *,
        platform: Platform,
        stores: Stores,
        record: Record,
        switched_off: Container[str],
        before: cdk.IPropertyInjector | None = None,
    ) -> None:
        self._hardening = hardening
        self._platform = platform
        self._stores = stores
        self._record = record
        self._before = before
        self._switched_off = switched_off
        self._settings = tuple(
            setting
            for setting in hardening.settings
            if hardening.of(setting.name) not in switched_off
        )
        self._paths: WeakKeyDictionary[Construct, str] = WeakKeyDictionary()

    @property
    def construct_unique_id(self) -> str:
        """The kind of construct."""
        return self._hardening.construct

    # The CDK passes `id` and `scope` by name: they cannot be called otherwise.
    def inject(self, original_props: Value, *, id: str, scope: Construct) -> Value:
        """Give the arguments with which the construct is made."""
        if self._before is not None:
            original_props = self._before.inject(original_props, id=id, scope=scope)
        if _in_library(scope) or type(scope).__name__ in self._hardening.outside:
            return original_props
        # Other L2s pass on arguments that nobody gave them.
        given_props = (original_props or {}).items()
        props: dict[str, Any] = {name: value for name, value in given_props if value is not None}
        site = Site(
            scope=scope,
            id=id,
            path=self._path(scope, id),
            explicit=frozenset(props),
            platform=self._platform,
            stores=self._stores,
            props=props,
        )
        given = tuple(self._give(site))
        given = (*given, *self._mix(site))
        if given:
            change = Change(path=site.path, injector=self._hardening.name, settings=given)
            self._record.changes.append(change)
        if self._hardening.exists:
            self._weaker(site, self._hardening.name, self._hardening.exists, "", "error")
        return props

    def _give(self, site: Site) -> Iterator[str]:
        """Set what is missing and judge what is there; yield the names of what was set."""
        for setting in self._settings:
            key = setting.key
            if key in site.explicit:
                self._judge(site, setting, site.props[key])
                if setting.fill is not None:
                    filled = setting.fill(site.props[key], site)
                    if filled is not None:
                        site.props[key] = filled
                        yield setting.name
            elif setting.default is not None and setting.when(site.props):
                value = setting.default(site)
                if value is not None:
                    site.props[key] = value
                    yield setting.name

    def _mix(self, site: Site) -> Iterator[str]:
        mixed = self._hardening.mixin(site) if self._hardening.mixin else None
        if mixed is not None and mixed.name not in self._switched_off:
            apply_later(site.scope, site.id, mixed)
            yield mixed.name

    def _judge(self, site: Site, setting: Setting, value: Value) -> None:
        problem = setting.weaker(value, site)
        if problem:
            rule = self._hardening.of(setting.name)
            by = site.made_by if type(site.scope).__module__.startswith(CDK) else ""
            asked = f"{problem} ({by} asks for it)" if by not in PLAIN else problem
            self._weaker(site, rule, asked, setting.why, setting.severity)

    def _weaker(self, site: Site, rule: str, problem: str, why: str, severity: Severity) -> None:
        self._record.weaker.append(
            Weaker(path=site.path, rule=rule, problem=problem, why=why, severity=severity)
        )

    def _path(self, scope: Construct, id: str) -> str:
        path = self._paths.get(scope)
        if path is None:
            path = self._paths[scope] = scope.node.path
        return f"{path}/{id}".lstrip("/")


def _in_library(scope: Construct) -> bool:
    """Tell whether a construct is made by one of this library, itself or through an L2."""
    module = type(scope).__module__
    if module.startswith(LIBRARY):
        return True
    if isinstance(scope, cdk.Stack) or not module.startswith(CDK):
        return False
    return any(type(parent).__module__.startswith(LIBRARY) for parent in scope.node.scopes)
