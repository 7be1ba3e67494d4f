"""apply_baseline: one call that hardens the ordinary constructs of an application's own app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakSet

import aws_cdk as cdk

from baseline.blueprint.catalog import HARDENINGS
from baseline.blueprint.injection import Injector
from baseline.blueprint.platform import Platform
from baseline.blueprint.plugin import BlueprintFindings
from baseline.blueprint.record import Record
from baseline.blueprint.stores import Stores
from baseline.blueprint.switches import RULES, SECRETS, checked
from baseline.config.text import show, suggestion
from baseline.errors import BaselineError

if TYPE_CHECKING:
    from constructs import IConstruct

Pack = Literal["AwsSolutions", "HIPAA.Security", "NIST.800.53.R5", "PCI.DSS.321", "Serverless"]
CLASSES: Mapping[str, str] = {
    "AwsSolutions": "AwsSolutionsChecks",
    "HIPAA.Security": "HIPAASecurityChecks",
    "NIST.800.53.R5": "NIST80053R5Checks",
    "PCI.DSS.321": "PCIDSS321Checks",
    "Serverless": "ServerlessChecks",
}
BOUNDARY = "@aws-cdk/core:permissionsBoundary"

_applied: WeakSet[cdk.Stage] = WeakSet()


class Blueprint:
    """The baseline as it was applied to an app: what it gave where, and what it let pass.

    Attributes:
        record: everything in order; ``record.as_json()`` is what ``blueprint.json`` holds.
        platform: the values of the platform.
    """

    def __init__(self, record: Record, platform: Platform) -> None:
        self.record = record
        self.platform = platform


def apply_baseline(
    app: cdk.Stage,
    *,
    platform: Platform | None = None,
    without: Mapping[str, str] | None = None,
    packs: Sequence[Pack] = ("AwsSolutions",),
    strict: bool = False,
) -> Blueprint:
    """Harden every ordinary construct that is made in an app from now on, and judge the result.

    Buckets, topics, queues, functions, log groups, databases, tables, load balancers, security
    groups, VPCs, keys, secrets and others come out encrypted, private, TLS only, logged and kept,
    wherever they are made: in a nested stack, in a stage, inside another L2. An argument that the
    team gives is never overridden; a weaker one is a finding, which ends the synthesis until it is
    acknowledged with a reason. Constructs of this library are left as they are.

    Call it before the first stack: what is there already cannot be hardened.

    Args:
        app: the app, or a stage of it.
        platform: values of the organization's baseline; by default everything stays in the
            application's account.
        without: what is switched off, by name, with a reason that the validation report shows:
            ``{"bucket.versioned": "objects are derived and rebuilt every night"}``. A name is that
            of an injector, of one of its settings, or of a part (``stack-key``).
        packs: cdk-nag packs that judge the app; ``AwsSolutions`` by default.
        strict: True lets warnings end the synthesis as well.

    Returns:
        The blueprint, with the record of what it did.

    Raises:
        BaselineError: when the app has stacks already, when it was applied before, or for a name
            that there is not, with the nearest that there is.

    Source: AWS CDK Developer Guide, "Blueprints" (property injection) and "Mixins".
    """
    _check(app, packs)
    switched_off = checked(without or {})
    platform = platform or Platform()
    record = Record(without=switched_off)
    _set_boundary(app, platform)
    _inject(app, platform, record)
    plugins: list[Any] = [BlueprintFindings(record, strict=strict, root=app.node.path)]
    plugins += _checks(app, packs, switched_off)
    cdk.Validations.of(app).add_plugins(*plugins)
    _applied.add(app)
    return Blueprint(record, platform)


def _check(app: object, packs: Sequence[str]) -> None:
    if not isinstance(app, cdk.Stage):
        raise BaselineError(
            f"apply_baseline takes an app or a stage, got {type(app).__name__}; pass the cdk.App"
        )
    where = app.node.path or "the app"
    if app in _applied:
        raise BaselineError(f"apply_baseline was called for {where} before; call it once")
    for pack in packs:
        if pack not in CLASSES:
            raise BaselineError(
                f"packs: there is no pack {show(pack)}; {suggestion(pack, CLASSES)}"
            )
    children: list[IConstruct] = app.node.children
    if children:
        raise BaselineError(
            f"{where} has {children[0].node.path} already, which cannot be hardened any more; call "
            "apply_baseline right after the app is made"
        )


def _set_boundary(app: cdk.Stage, platform: Platform) -> None:
    if platform.permissions_boundary is not None:
        # The CDK's own way: every stack puts it on its roles and users, L1s and nested included.
        app.node.set_context(BOUNDARY, {"name": platform.permissions_boundary})


def _inject(app: cdk.Stage, platform: Platform, record: Record) -> None:
    stores = Stores(record.without)
    there = cdk.PropertyInjectors.of(app)
    theirs = set(there.supported_classes())
    there.add(
        *(
            Injector(
                each,
                platform=platform,
                stores=stores,
                record=record,
                switched_off=record.without,
                before=there.for_(each.construct) if each.construct in theirs else None,
            )
            for each in HARDENINGS
            if each.name not in record.without
        )
    )


def _checks(app: cdk.Stage, packs: Sequence[str], without: Mapping[str, str]) -> list[Any]:
    # Each of them loads much: not before it is asked for.
    plugins: list[Any] = []
    if SECRETS not in without:
        from baseline.workload.cleartext import NoCleartextSecrets  # noqa: PLC0415

        plugins.append(NoCleartextSecrets())
    if RULES not in without:
        from baseline.delivery.template_validation.plugin import (  # noqa: PLC0415
            template_rules_plugin,
        )

        plugins.append(template_rules_plugin())
    if packs:
        import cdk_nag  # noqa: PLC0415

        plugins += [getattr(cdk_nag, CLASSES[pack])(app) for pack in packs]
    return plugins
