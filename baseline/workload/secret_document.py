"""The document of a rotated secret: which key is generated, and what stands beside it."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_secretsmanager as secretsmanager

from baseline.errors import BaselineError
from baseline.workload.hosted_rotation import HostedDatabase
from baseline.workload.rotation_adapters import DatabaseUser, OwnAdapter
from baseline.workload.rotation_function import template_of

PASSWORD = "password"  # noqa: S105 - the key of it
Hosted = secretsmanager.HostedRotation | HostedDatabase
Adapter = DatabaseUser | OwnAdapter


def document_of(
    field: str | None,
    template: Mapping[str, str] | None,
    adapter: Adapter | None,
    hosted: Hosted | None,
) -> tuple[str | None, Mapping[str, str] | None]:
    """Give the key of the generated value, and the other keys, which a database's user brings.

    Raises:
        BaselineError: for keys that exclude each other, or a document that no rotation can read.
    """
    if adapter is not None and hosted is not None:
        raise BaselineError("adapter and hosted are both given; one of them rotates, leave one out")
    made = None
    if isinstance(adapter, DatabaseUser):
        made = template_of(adapter)
    elif isinstance(hosted, HostedDatabase):
        made = hosted.template()
    if made is not None:
        if field is not None or template:
            raise BaselineError(
                "field and template follow from the database's user; leave them out"
            )
        return PASSWORD, made
    _check_document(field, template, hosted)
    return field, template


def _check_document(
    field: str | None,
    template: Mapping[str, str] | None,
    hosted: Hosted | None,
) -> None:
    if template and field is None:
        raise BaselineError(
            "template is given without field; name the key of the generated value in field, such "
            "as 'password'"
        )
    if field is not None and field in (template or {}):
        raise BaselineError(
            f"template holds the field {field!r}, whose value is generated; leave it out, so that "
            "no value stands in a template"
        )
    if hosted is not None and (field != PASSWORD or "username" not in (template or {})):
        raise BaselineError(
            "hosted rotation reads a document with username and password; pass field='password' "
            "and template={'username': ...}"
        )
