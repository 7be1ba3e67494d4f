"""The organization as a tree: units, their accounts, the guardrails that bind them."""

from __future__ import annotations

from collections.abc import Mapping

from baseline.config import Configuration, Standalone
from baseline.guardrails.composition import ACCOUNT, ROOT, Target
from baseline.report.model import Account, Attached, Guardrail, Policy, Unit

NOT_YET = "not created yet"


def tree_of(configuration: Configuration, targets: tuple[Target, ...]) -> Unit:
    """Give the root with everything below it.

    Args:
        configuration: the organization.
        targets: what its guardrails come to, as ``compose()`` of the guardrails gives it.
    """
    return _Tree(configuration, {target.path: target for target in targets}).root()


def account_alone(configuration: Standalone) -> Unit:
    """Give the one account there is, as if it stood in a root without policies."""
    account = Account(name="account", id=configuration.account.id, role="core")
    return Unit(
        path=ROOT,
        name=ROOT,
        sets=(),
        inherited_sets=(),
        own=(),
        inherited=(),
        policies=(),
        accounts=(account,),
        units=(),
        population=1,
    )


def guardrails_of(targets: tuple[Target, ...]) -> tuple[Guardrail, ...]:
    """Give every guardrail in use, by ID, with where it is attached."""
    places: dict[str, list[str]] = {}
    known = {}
    for target in targets:
        for rendered in target.guardrails:
            known[rendered.guardrail.id] = rendered.guardrail
            places.setdefault(rendered.guardrail.id, []).append(target.path)
    return tuple(
        Guardrail(
            id=row.id,
            title=row.title,
            why=row.why,
            type=row.type.short,
            phase=row.phase,
            controls=row.controls,
            exempts=tuple(role.value for role in row.exemptions),
            targets=tuple(places[name]),
            proofs=len(row.denied) + len(row.allowed),
        )
        for name, row in sorted(known.items())
    )


class _Tree:
    def __init__(self, configuration: Configuration, targets: Mapping[str, Target]) -> None:
        self.targets = targets
        self.sets = {path: unit.guardrails for path, unit in configuration.walk_units()}
        self.sets[ROOT] = tuple(row.guardrail.id for row in targets[ROOT].guardrails)
        self.accounts: dict[str, list[Account]] = {}
        core = configuration.core_accounts()
        for name, account in configuration.all_accounts():
            own = self.targets.get(f"{ACCOUNT}{name}")
            shown = Account(
                name=name,
                id=account.id or NOT_YET,
                role="core" if name in core else "member",
                guardrails=self._attached(own) if own else (),
            )
            self.accounts.setdefault(account.ou or ROOT, []).append(shown)

    def root(self) -> Unit:
        return self._unit(ROOT, (), ())

    def _unit(
        self,
        path: str,
        inherited: tuple[Attached, ...],
        inherited_sets: tuple[tuple[str, str], ...],
    ) -> Unit:
        target, sets = self.targets[path], self.sets[path]
        own = self._attached(target)
        passed = (*inherited, *(_from(path, row) for row in own))
        passed_sets = (*inherited_sets, *((name, path) for name in sets))
        below = [each for each in self.sets if each != ROOT and _parent(each) == path]
        units = tuple(self._unit(child, passed, passed_sets) for child in below)
        accounts = tuple(sorted(self.accounts.get(path, ()), key=lambda row: row.name))
        return Unit(
            path=path,
            name=path.rpartition("/")[2],
            sets=sets,
            inherited_sets=inherited_sets,
            own=own,
            inherited=inherited,
            policies=tuple(
                Policy(name=row.name, type=row.type.short, characters=row.size)
                for row in target.policies
            ),
            accounts=accounts,
            units=units,
            population=len(accounts) + sum(unit.population for unit in units),
        )

    def _attached(self, target: Target) -> tuple[Attached, ...]:
        return tuple(
            Attached(id=row.guardrail.id, title=row.guardrail.title) for row in target.guardrails
        )


def _from(path: str, row: Attached) -> Attached:
    return Attached(id=row.id, title=row.title, source=path)


def _parent(path: str) -> str:
    return path.rpartition("/")[0] or ROOT
