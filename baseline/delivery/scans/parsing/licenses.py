"""The licences in a bill of materials, judged by a policy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path
from typing import Any

from baseline.config.document import UnreadableError, Value, read
from baseline.delivery.scans.findings import Scan, ScanFinding
from baseline.delivery.scans.parsing.shape import report_of
from baseline.delivery.scans.severities import severity_of
from baseline.errors import BaselineError

KEYS = {"allowed", "denied"}
# Classifiers repeat in words what an identifier beside them says.
_CLASSIFIER = re.compile(r"^License ::( OSI Approved ::)? ?")


@dataclass(frozen=True, kw_only=True, slots=True)
class LicensePolicy:
    """Which licences dependencies may have.

    Attributes:
        allowed: patterns of identifiers that are fine.
        denied: patterns of identifiers that are not; what is in neither is ``unlisted``.
    """

    allowed: tuple[str, ...]
    denied: tuple[str, ...]

    @classmethod
    def read(cls, path: Path | None) -> LicensePolicy:
        """Read a policy; by default the one of this package.

        Raises:
            BaselineError: the file cannot be read, or is no policy.
        """
        name = str(path or "licenses.yaml")
        try:
            source = path or files("baseline.delivery.scans").joinpath("licenses.yaml")
            value = read(source.read_text("utf-8")).value
        except (OSError, UnicodeDecodeError) as error:
            raise BaselineError(f"{name} cannot be read: {error}; name a policy file") from None
        except UnreadableError as error:
            where = f":{error.place.line}:{error.place.column}" if error.place else ""
            raise BaselineError(f"{name}{where} {error}") from None
        if not isinstance(value, dict) or set(value) != KEYS:
            raise BaselineError(
                f"{name} has to hold the lists allowed and denied, and nothing else"
            )
        return cls(
            allowed=_identifiers(name, "allowed", value), denied=_identifiers(name, "denied", value)
        )

    def verdict(self, licences: Iterable[str]) -> str:
        """Give ``allowed``, ``denied``, ``unlisted`` or ``missing`` for the licences of a package.

        All of several licences have to be fine; of an expression with OR, one side.
        """
        verdicts = {self._expression(each) for each in licences}
        for worst in ("denied", "unlisted", "allowed"):
            if worst in verdicts:
                return worst
        return "missing"

    def _expression(self, text: str) -> str:
        plain = " ".join(text.replace("(", " ").replace(")", " ").split())
        sides = []
        for side in re.split(r"\s+OR\s+|;", plain):
            parts = [part.split(" WITH ")[0].strip() for part in re.split(r"\s+AND\s+", side)]
            verdicts = [self._one(part) for part in parts]
            sides.append(next((v for v in ("denied", "unlisted") if v in verdicts), "allowed"))
        return next(v for v in ("allowed", "unlisted", "denied") if v in sides)

    def _one(self, name: str) -> str:
        if any(fnmatchcase(name.lower(), pattern.lower()) for pattern in self.denied):
            return "denied"
        known = any(fnmatchcase(name.lower(), pattern.lower()) for pattern in self.allowed)
        return "allowed" if known else "unlisted"


def _identifiers(file: str, key: str, value: dict[str, Value]) -> tuple[str, ...]:
    entries = value[key]
    texts = [each for each in entries if isinstance(each, str)] if isinstance(entries, list) else []
    if not isinstance(entries, list) or len(texts) < len(entries):
        raise BaselineError(f"{file}: {key} has to be a list of identifiers of licences")
    return tuple(texts)


def parse_licenses(
    report: Any,  # noqa: ANN401 - JSON
    path: str,
    policy: LicensePolicy,
) -> list[ScanFinding]:
    """Judge the components of a CycloneDX bill of materials.

    Raises:
        ScanError: the bill has another shape.
    """
    with report_of("CycloneDX"):
        found = []
        for component in report["components"]:
            licences = declared(component)
            verdict = policy.verdict(licences)
            if verdict == "allowed":
                continue
            name, version = component["name"], component.get("version", "")
            said = ", ".join(licences) or "no licence"
            words = {
                "denied": f"{said} is denied by the policy",
                "unlisted": f"{said} is not in the policy",
                "missing": "it names no licence",
            }
            found.append(
                ScanFinding(
                    scan=Scan.LICENSES,
                    tool="licenses",
                    rule=verdict,
                    severity=severity_of("licenses", verdict, verdict),
                    title=f"{name} {version}: {words[verdict]}"[:200],
                    message=f"{name} {version}: {words[verdict]}.",
                    path=path,
                    subject=f"{name}@{version}",
                    fix="Take another package, or have the licence reviewed and list it.",
                    package=name,
                    version=version,
                )
            )
        return found


def declared(component: dict[str, Any]) -> list[str]:
    """Give the licences of a component: identifiers and expressions, words where there is neither."""
    entries = component.get("licenses", ())
    exact = [each["expression"] for each in entries if "expression" in each]
    exact += [each["license"]["id"] for each in entries if "id" in each.get("license", {})]
    names = [each["license"]["name"] for each in entries if "name" in each.get("license", {})]
    words = [_CLASSIFIER.sub("", name) for name in names]
    return sorted(set(exact or words))
