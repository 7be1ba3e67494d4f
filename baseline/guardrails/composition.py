"""Which guardrails each unit and account of an organization has, and the policies they make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from baseline.errors import BaselineError
from baseline.guardrails import catalog, service_values
from baseline.guardrails.catalog import Library
from baseline.guardrails.lints import lint
from baseline.guardrails.model import Guardrail, PolicyType
from baseline.guardrails.packing import PackedPolicy, Slots, pack
from baseline.guardrails.placeholders import Values
from baseline.guardrails.rendering import Rendered, render
from baseline.guardrails.roles import Roles
from baseline.guardrails.values import roles_of, values_of

if TYPE_CHECKING:
    from baseline.config import Configuration

IMITATION_GUARD = "deny-imitated-roles"
"""Comes by itself with the first guardrail on a path that has exemptions (see ``roles.py``)."""

ROOT = "root"
_NO_QUOTA = Slots(scp=-1_000, rcp=-1_000)
ACCOUNT = "account "
"""Start of an account's path; no unit has a path like that and an account's name behind it."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """The root, a unit or an account, with what is attached to it directly.

    Attributes:
        path: Path of the unit; ``root`` for the root; ``account <name>`` for an account.
        parent: Path of the unit that an account stands in; empty for the others.
        guardrails: The guardrails, rendered; those of the units above are not repeated.
        policies: The same, packed.
        inherited: The guardrails of the units above.
    """

    path: str
    guardrails: tuple[Rendered, ...]
    policies: tuple[PackedPolicy, ...]
    inherited: tuple[Rendered, ...] = ()
    parent: str = ""

    @property
    def effective(self) -> tuple[Rendered, ...]:
        """Give everything that binds the accounts of the unit, the units above first."""
        return (*self.inherited, *self.guardrails)


def compose(configuration: Configuration) -> tuple[Target, ...]:
    """Work out the policies of an organization: the root, the units, parents first, the accounts.

    Raises:
        BaselineError: Unknown guardrails, parameters without value, mistakes in somebody's own
            guardrails, quotas exceeded: all of them, one on a line.
    """
    targets, problems = examine(configuration)
    if problems:
        raise BaselineError("\n".join(problems))
    return targets


def examine(configuration: Configuration) -> tuple[tuple[Target, ...], list[str]]:
    """Work out the policies as far as that goes, and everything that is wrong with them."""
    own, own_sets, problems = (
        catalog.read_folder(folder) if (folder := _folder(configuration)) else ({}, {}, [])
    )
    known = catalog.library()
    bench = _Bench(
        library=Library(
            guardrails={**known.guardrails, **own},
            sets={**known.sets, **own_sets},
            names=known.names | own.keys() | own_sets.keys(),
            custom=frozenset(own),
        ),
        values=values_of(configuration),
        roles=roles_of(configuration),
        prefix=configuration.prefix,
        slots=Slots(
            scp=configuration.guardrails.reserved_scp_slots,
            rcp=configuration.guardrails.reserved_rcp_slots,
        ),
        problems=problems,
    )
    targets = [bench.root(service_values.wanted(configuration.capabilities))]
    effective: dict[str, tuple[Rendered, ...]] = {}
    for path, unit in configuration.walk_units():
        inherited = effective.get(path.rpartition("/")[0], ())
        targets.append(bench.target(path, unit.guardrails, inherited))
        effective[path] = targets[-1].effective
    for name, unit_path, named in _accounts(configuration):
        inherited = effective.get(unit_path, ())
        targets.append(bench.target(f"{ACCOUNT}{name}", named, inherited, parent=unit_path))
    problems += _repeated_names(targets)
    return tuple(targets), list(dict.fromkeys(problems))


def custom_names(configuration: Configuration) -> frozenset[str]:
    """Give the names of the guardrails that are the configuration's own."""
    folder = _folder(configuration)
    return frozenset(catalog.read_folder(folder)[0]) if folder else frozenset()


def _folder(configuration: Configuration) -> Path | None:
    """Give the folder of the configuration's own guardrails."""
    folder = configuration.guardrails.custom_folder
    return Path(folder) if folder else None


def _accounts(configuration: Configuration) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Give name, unit and guardrails of the accounts that have guardrails of their own."""
    for name, account in configuration.all_accounts():
        if account.guardrails and name != "management":  # no policy restricts that one
            yield name, account.ou or "", account.guardrails


@dataclass(frozen=True, kw_only=True)
class _Bench:
    """What targets are made with; collects what goes wrong on the way."""

    library: Library
    values: Values
    roles: Roles
    prefix: str
    slots: Slots
    problems: list[str]
    _rendered: dict[str, Rendered | None] = field(default_factory=dict)

    def root(self, names: Iterable[str]) -> Target:
        """Give the policies at the root: those that configure services for everybody."""
        return self._packed(ROOT, [self.library.guardrails[name] for name in names], (), "")

    def target(
        self, path: str, names: Iterable[str], inherited: tuple[Rendered, ...], *, parent: str = ""
    ) -> Target:
        """Give the policies of a unit or an account."""
        named: dict[str, Guardrail] = {}
        for name in names:
            try:
                named.update({row.id: row for row in self.library.resolve([name])})
            except BaselineError as error:
                self.problems.append(f"{path}: {error}")
        return self._packed(path, self._added(named, inherited), inherited, parent)

    def _added(
        self, named: Mapping[str, Guardrail], inherited: Iterable[Rendered]
    ) -> list[Guardrail]:
        """Give what a unit adds to the units above it, with the guard that exemptions need."""
        known = {rendered.guardrail.id for rendered in inherited}
        added = {name: row for name, row in named.items() if name not in known}
        exempting = any(guardrail.exemptions for guardrail in added.values())
        if exempting and IMITATION_GUARD not in known | added.keys():
            return [self.library.guardrails[IMITATION_GUARD], *added.values()]
        return list(added.values())

    def _packed(
        self,
        path: str,
        wanted: Iterable[Guardrail],
        inherited: tuple[Rendered, ...],
        parent: str,
    ) -> Target:
        """Render and pack."""
        rows = tuple(row for row in map(self._render, wanted) if row is not None)
        policies = self._pack(path, rows, self.slots)
        return Target(
            path=path, parent=parent, guardrails=rows, policies=policies, inherited=inherited
        )

    def _pack(
        self, path: str, rows: tuple[Rendered, ...], slots: Slots
    ) -> tuple[PackedPolicy, ...]:
        """Pack; beyond the quota without it, so that the proofs can be run all the same."""
        try:
            return pack(path, rows, prefix=self.prefix, reserved=slots)
        except BaselineError as error:
            if slots == _NO_QUOTA:
                return ()
            self.problems.extend(str(error).splitlines())
            return self._pack(path, rows, _NO_QUOTA)

    def _render(self, guardrail: Guardrail) -> Rendered | None:
        """Render a guardrail once; one of the configuration's own is linted."""
        if guardrail.id not in self._rendered:
            rendered = None
            try:
                rendered = render(guardrail, self.values, self.roles)
            except BaselineError as error:
                self.problems.extend(str(error).splitlines())
            if rendered is not None and guardrail.id in self.library.custom:
                self.problems.extend(
                    f"guardrail {guardrail.id}, statement {statement['Sid']}: {trouble}"
                    for statement in rendered.statements
                    for trouble in lint(statement)
                )
            self._rendered[guardrail.id] = rendered
        return self._rendered[guardrail.id]


def _repeated_names(targets: Iterable[Target]) -> list[str]:
    """Refuse two policies of one name, which AWS would: paths that differ in signs only."""
    owners: dict[str, str] = {}
    found = []
    for target in targets:
        for policy in target.policies:
            if policy.name in owners:
                found.append(
                    f"units {owners[policy.name]} and {target.path} would both have a policy "
                    f"{policy.name}; rename one unit"
                )
            owners[policy.name] = target.path
    return found


def policy_types(targets: Iterable[Target]) -> tuple[PolicyType, ...]:
    """Give the policy types in use, which the root has to enable first."""
    used = {policy.type for target in targets for policy in target.policies}
    return tuple(sorted(used))
