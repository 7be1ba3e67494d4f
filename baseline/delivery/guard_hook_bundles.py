"""The rules as the organization's hooks read them: one archive for resources, one for templates."""

from __future__ import annotations

import functools
import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from baseline.delivery.template_validation.rule_set import Document, rule_sources, template_rules

FOLDER = "rules"
"""Start of the keys of the archives."""

WRITTEN = (1980, 1, 1, 0, 0, 0)
"""Time of every file in an archive: the same rules give the same bytes."""

RULE = re.compile(r"^rule ([A-Z][A-Z0-9_]*)\b.*?^\}\n", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class HookBundle:
    """Rules that one hook evaluates.

    Attributes:
        document: what its rules look at.
        sources: text of the Guard files by topic.
        archive: ZIP file of them, byte for byte the same for the same rules.
    """

    document: Document
    sources: Mapping[str, str]
    archive: bytes

    @property
    def file(self) -> str:
        """Name of the archive, with the hash of its content: other rules are another object."""
        return f"{self.document}-{hashlib.sha256(self.archive).hexdigest()[:16]}.zip"


@functools.cache
def hook_bundles() -> tuple[HookBundle, ...]:
    """Give the rules in two parts, because CloudFormation shows a hook two kinds of documents.

    A resource comes resolved: no parameters, no functions, no conditions, no metadata, no other
    resource. A template comes as it was written. So what follows from a resource by itself is
    asked of the resource, whose values are then known; secrets are asked of the template, where a
    reference still is one; and so is what another resource of the template may bring.

    Source: CloudFormation Hooks User Guide, "Write Guard rules to evaluate resources for Guard
    Hooks".
    """
    return tuple(_bundle(document) for document in ("resource", "template"))


def _bundle(document: Document) -> HookBundle:
    chosen = {rule.id for rule in template_rules().values() if rule.document == document}
    sources = {
        topic: kept
        for topic, text in rule_sources().items()
        if (kept := _only(text, chosen)) is not None
    }
    return HookBundle(document=document, sources=sources, archive=_archive(sources))


def _only(text: str, chosen: AbstractSet[str]) -> str | None:
    """Leave out the other rules of a file; its variables and its helpers, in lower case, stay."""
    names = {found[1] for found in RULE.finditer(text)}
    if not names & chosen:
        return None
    return RULE.sub(lambda found: found[0] if found[1] in chosen else "", text)


def _archive(sources: Mapping[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for topic, text in sorted(sources.items()):
            member = zipfile.ZipInfo(f"{topic}.guard", WRITTEN)
            member.compress_type = zipfile.ZIP_DEFLATED
            # The system that wrote an archive stands in it; Linux and Windows give the same.
            member.create_system = 3
            member.external_attr = 0o644 << 16
            archive.writestr(member, text)
    return packed.getvalue()
