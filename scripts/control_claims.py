"""Find what the code claims and what proves it: calls of ``implements(...)``, and tests that bear IDs.

A test bears the ID of a control when its docstring names it, or when it is run for it: the ID stands
in its ``parametrize``, or in the table of the module from which that takes its values. An ID in an
assertion proves nothing: there it is only repeated.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import types
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from control_tests import Evidence, evidence
from source_trees import text_of, tree_of

from baseline.controls.capabilities import GUARDRAIL, capabilities
from baseline.controls.crosswalk import in_order
from baseline.controls.registry import CONTROL_ID
from baseline.detection.managed_rule import ROOT_AND_IAM
from baseline.detection.managed_rules import managed_rules, rule_table
from baseline.guardrails import catalog

ROOT = Path(__file__).resolve().parents[1]
DECLARING = ("baseline", "stacks")
DEPTH = 4
"""How many functions deep the IDs of a declaration are looked for."""

POLICIES = "baseline.guardrails.policies.OrganizationPolicies"


@dataclass(slots=True)
class Declaration:
    """What calls of ``implements`` say of one capability.

    Attributes:
        constructs: dotted names of those that call.
        controls: IDs that the calls can name.
    """

    constructs: set[str] = field(default_factory=set)
    controls: set[str] = field(default_factory=set)


def declarations() -> dict[str, Declaration]:
    """Give every capability that the code declares, with all the controls that it can declare."""
    found: dict[str, Declaration] = defaultdict(Declaration)
    for path in _sources():
        tree = tree_of(path)
        module = _dotted(path)
        for scope, call in _calls(tree):
            words = {keyword.arg: keyword.value for keyword in call.keywords}
            capability = words["capability"]
            if not isinstance(capability, ast.Constant):
                continue
            row = found[str(capability.value)]
            row.constructs.add(f"{module}.{scope[0].name}")
            row.controls |= _named(call, scope, module)
    _of_guardrails(found)
    _of_rules(found)
    return dict(found)


def _of_guardrails(found: dict[str, Declaration]) -> None:
    """Add what the policies of the organization declare: one capability a guardrail."""
    met = _of_value(vars(importlib.import_module("baseline.guardrails.service_policies")), DEPTH)
    for guardrail in catalog.guardrails().values():
        configures = set() if guardrail.type.decides else met & set(guardrail.controls)
        found[f"{GUARDRAIL}{guardrail.id}"] = Declaration({POLICIES}, configures)


def _of_rules(found: dict[str, Declaration]) -> None:
    """Add what comes from the table of AWS Config's rules."""
    found["root-and-iam-rules"].controls = {
        control for rule in managed_rules() for control in rule.controls
    }
    found["resource-rules"].controls = set()
    for rule in rule_table():
        if rule.topic != ROOT_AND_IAM:
            found["resource-rules"].controls |= set(rule.controls)
        if rule.remediation:
            found["repaired-rules"].controls |= set(rule.controls)


def _sources() -> Iterator[Path]:
    for folder in DECLARING:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "handlers" not in path.parts and "implements(" in text_of(path):
                yield path


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


Scope = tuple[ast.ClassDef | ast.FunctionDef, ...]


def _calls(node: ast.AST, scope: Scope = ()) -> Iterator[tuple[Scope, ast.Call]]:
    """Walk a module: calls of ``implements`` with the classes and functions around them."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and getattr(child.func, "id", "") == "implements" and scope:
            yield scope, child
        inner = isinstance(child, ast.ClassDef | ast.FunctionDef)
        yield from _calls(child, (*scope, child) if inner else scope)  # type: ignore[arg-type]


def _named(call: ast.Call, scope: Scope, module: str) -> set[str]:
    """Give the IDs that a call can name: its constants, and what its names stand for."""
    space = vars(importlib.import_module(module))
    (expression,) = (word.value for word in call.keywords if word.arg == "controls")
    found: set[str] = set()
    for value in _values(expression, call, scope):
        try:
            code = compile(ast.Expression(value), module, "eval")
            found |= _of_value(eval(code, dict(space)), DEPTH)  # noqa: S307 - our own sources
        except Exception:  # noqa: BLE001 - it needs what only a run has; its names remain
            found |= _of_names(value, space)
    return found


def _values(expression: ast.expr, call: ast.Call, scope: Scope) -> list[ast.expr]:
    """Give an expression, what its local names were assigned, and what is passed for parameters."""
    suite = _suite(scope[-1], call)
    found, seen, todo = [expression], set[str](), [expression]
    while todo:
        names = {node.id for node in ast.walk(todo.pop()) if isinstance(node, ast.Name)} - seen
        seen |= names
        for name in sorted(names):
            values = [*_assigned(name, suite)] or [*_assigned(name, [scope[-1]])]
            values += _passed(name, scope)
            found += values
            todo += values
    return found


def _suite(around: ast.AST, call: ast.Call) -> list[ast.stmt]:
    """Give the statements beside a call: in another branch a name stands for something else."""
    for node in ast.walk(around):
        for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
            if isinstance(block, list) and any(
                isinstance(each, ast.Expr) and each.value is call for each in block
            ):
                return block
    return []


def _assigned(name: str, suite: Iterable[ast.AST]) -> Iterator[ast.expr]:
    """Give what statements assign, append or loop over for a name."""
    for node in (each for statement in suite for each in ast.walk(statement)):
        match node:
            case ast.Assign(targets=targets, value=value) if name in _bound(*targets):
                yield value
            case ast.For(target=target, iter=value) if name in _bound(target):
                yield value
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=owner), attr="append" | "extend"), args=[value]
            ) if owner == name:
                yield value


def _bound(*targets: ast.expr) -> set[str]:
    return {node.id for each in targets for node in ast.walk(each) if isinstance(node, ast.Name)}


def _passed(name: str, scope: Scope) -> Iterator[ast.expr]:
    """Give what a class passes to its own method for a parameter, with what that was assigned."""
    method = scope[-1]
    if not isinstance(method, ast.FunctionDef) or method is scope[0]:
        return
    parameters = [each.arg for each in method.args.args[1:]]
    if name not in parameters:
        return
    for caller in ast.walk(scope[0]):
        for node in ast.walk(caller) if isinstance(caller, ast.FunctionDef) else ():
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == method.name:
                value = node.args[parameters.index(name)]
                yield value
                for inner in ast.walk(value):
                    if isinstance(inner, ast.Name):
                        yield from _assigned(inner.id, [caller])


def _of_names(value: ast.AST, space: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(value):
        if isinstance(node, ast.Constant):
            found |= _of_value(node.value, 0)
        elif isinstance(node, ast.Name) and node.id in space:
            found |= _of_value(space[node.id], DEPTH)
        elif isinstance(node, ast.Attribute):
            found |= _of_method(node.attr, space)
    return found


def _of_method(name: str, space: Mapping[str, Any]) -> set[str]:
    """Give the IDs of a method of a class of the module: ``self._controls()``."""
    for value in space.values():
        if isinstance(value, type) and value.__module__ == space["__name__"]:
            method = vars(value).get(name)
            if isinstance(method, types.FunctionType):
                return _of_value(method, DEPTH)
    return set()


def _of_value(value: object, depth: int) -> set[str]:
    """Give the IDs inside a value, in a function's constants and in what the function calls."""
    if isinstance(value, str):
        return {value} if CONTROL_ID.fullmatch(value) else set()
    if isinstance(value, Mapping):
        return set().union(*(_of_value(each, depth) for pair in value.items() for each in pair))
    if isinstance(value, tuple | list | set | frozenset):
        return set().union(*(_of_value(each, depth) for each in value))
    if isinstance(value, types.FunctionType) and depth:
        return _of_code(value.__code__, value.__globals__, depth - 1)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _of_value([getattr(value, name, None) for name in ("control", "controls")], depth)
    return set()


def _of_code(code: types.CodeType, space: Mapping[str, Any], depth: int) -> set[str]:
    found: set[str] = set()
    for constant in code.co_consts:
        inner = isinstance(constant, types.CodeType)
        found |= _of_code(constant, space, depth) if inner else _of_value(constant, depth)
    for name in code.co_names:
        value = space.get(name)
        ours = getattr(value, "__module__", "baseline").startswith("baseline")
        if value is not None and ours and not isinstance(value, types.ModuleType):
            found |= _of_value(value, depth)
    return found


@cache
def claims() -> dict[str, dict[str, Any]]:
    """Give capability to its constructs, its tests, and for each control the tests that prove it."""
    code = declarations()
    known = {control for declared in code.values() for control in declared.controls}
    found = evidence(known, lambda value: _of_value(value, DEPTH))
    return {
        name: _claim(name, code.get(name, Declaration()), found)
        for name in sorted({*code, *capabilities()})
    }


def _claim(name: str, declared: Declaration, found: Evidence) -> dict[str, Any]:
    own = capabilities().get(name)
    constructs = sorted({*declared.constructs, *(own.modules if own else ())})
    modules = _modules(constructs)
    used = set(own.modules) if own else set()
    files = [
        file
        for file, imports in found.imports.items()
        if imports & modules or _packages(imports) & used
    ]
    files = files or [file for file, reached in found.looks_at.items() if reached & modules]
    files += [test for test, about in found.named.items() if name in about]
    if name.startswith(GUARDRAIL):
        files = [GUARDRAIL_TESTS.format(name.removeprefix(GUARDRAIL))]
    proofs = {
        control: [
            f"{file}::{test}"
            for file, reached in found.looks_at.items()
            for test in found.bearing[file].get(control, ())
            if reached & modules or name in found.named[f"{file}::{test}"]
        ]
        for control in sorted(declared.controls, key=in_order)
    }
    files += [test.partition("::")[0] for tests in proofs.values() for test in tests]
    return {"constructs": constructs, "proofs": proofs, "tests": sorted(set(files))}


@cache
def _packages(modules: frozenset[str]) -> frozenset[str]:
    """Give modules with the packages that they stand in."""
    parts = [module.split(".") for module in modules]
    return frozenset(".".join(each[:end]) for each in parts for end in range(1, len(each) + 1))


GUARDRAIL_TESTS = (
    "tests/unit/guardrails/test_catalog.py::test_the_proofs_of_a_guardrail_hold_for_it_alone[{}]"
)


def _modules(constructs: Iterable[str]) -> set[str]:
    """Give the modules of constructs, and the folders of the handlers that they name."""
    found: set[str] = set()
    for construct in constructs:
        module = construct.rpartition(".")[0]
        found |= {construct, module} if module.count(".") else {construct}
        found |= set(_handlers(ROOT / f"{module.replace('.', '/')}.py"))
    if POLICIES in found:
        found.add("baseline.guardrails.service_policies")
    return found


def _handlers(path: Path) -> Iterator[str]:
    """Give the handlers whose folders a module of a construct names."""
    folder = path.parent / "handlers"
    if path.exists() and folder.is_dir():
        names = {each.name for each in folder.iterdir() if each.is_dir()}
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Constant) and node.value in names:
                yield f"{_dotted(folder)}.{node.value}"
