"""RotatedSecret: a secret that nobody chose, nobody outside reads, and that changes by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic
from baseline.workload.hosted_rotation import HostedDatabase
from baseline.workload.outsiders import deny_cleartext, deny_outsiders
from baseline.workload.rotation_adapters import OwnAdapter
from baseline.workload.rotation_alarm import RotationAlarm
from baseline.workload.rotation_function import RotationFunction
from baseline.workload.secret_document import Adapter, Hosted, document_of

ROTATION_DAYS = (1, 90)
"""Security Hub SecretsManager.4 fails a secret that was not rotated for 90 days."""

DEFAULT_DAYS = 30
ROTATION_HOURS = (4, 90 * 24)
"""Secrets Manager rotates every 4 hours at most (RotationRulesType, ScheduleExpression)."""

LENGTH = (24, 4096)
"""4,096 is Secrets Manager's limit for a generated password."""


class RotatedSecret(Construct):
    """A generated secret with a key of its own that rotates and is denied to everyone outside.

    No value is in a template, in an environment variable or in a log. By default the value is a
    random text which a function of this construct replaces: for signing keys, shared secrets and
    tokens of which no other system keeps a copy. Where another system has one, ``adapter`` or
    ``hosted`` changes it there and tries it before it is put into use. The master password of a
    :class:`~baseline.workload.database.HardenedDatabase` rotates without either: RDS does it.

    Readers fetch the value when they need it and again when it is refused: after a rotation the
    previous one stays readable as ``AWSPREVIOUS``.

    Args:
        scope: parent construct.
        id: construct ID.
        description: what the secret is for, shown in the console.
        organization_id: the organization whose principals may be given access.
        topic: hears of every failed rotation.
        topic_key: the topic's key.
        rotate_after_days: 30 by default, 1 to 90.
        rotate_after_hours: instead of days, 4 to 2,160; none by default.
        length: characters of the generated value; 48 by default, at least 24.
        exclude_characters: characters that the value must not have; none by default.
        field: key of the value in a JSON document; None, the default, for the value alone.
        template: other keys of the document, never secret; none by default.
        adapter: what our function changes besides the secret: a
            :class:`~baseline.workload.rotation_adapters.DatabaseUser`, or a third party's token by
            an :class:`~baseline.workload.rotation_adapters.OwnAdapter`; nothing by default.
        hosted: AWS's rotation for a database instead of ours, such as a
            :class:`~baseline.workload.hosted_rotation.HostedDatabase`. Its function is made by a
            transform, which service-managed StackSets cannot carry.
        replicas: Region to ARN of the key there; no replica by default. A replica's key is not
            ours to make here.

    Attributes:
        secret: the ``aws_secretsmanager.Secret``; ``secret.grant_read(role)`` gives access.
        key: its :class:`SecureKey`.

    Raises:
        BaselineError: for a period or a length out of its range, or an impossible combination.

    Source: AWS Secrets Manager User Guide, "Rotate AWS Secrets Manager secrets" and "Lambda
    rotation function"; Security Hub SecretsManager.1, SecretsManager.4.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        description: str,
        organization_id: str,
        topic: SecureTopic,
        topic_key: SecureKey,
        rotate_after_days: int | None = None,
        rotate_after_hours: int | None = None,
        length: int = 48,
        exclude_characters: str = "",
        field: str | None = None,
        template: Mapping[str, str] | None = None,
        adapter: Adapter | None = None,
        hosted: Hosted | None = None,
        replicas: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id)
        period = _period(rotate_after_days, rotate_after_hours)
        _within("length", length, LENGTH, "characters")
        field, template = document_of(field, template, adapter, hosted)
        self.key = SecureKey(self, "Key", description=f"Secret: {description}")
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            description=description,
            encryption_key=self.key.key,
            generate_secret_string=_generator(length, exclude_characters, field, template),
            replica_regions=self._replicas(replicas or {}),
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        self._keep_out(organization_id)
        if hosted is None:
            values = _values(length, exclude_characters, field)
            self._rotate(values, adapter, period)
        else:
            self.secret.add_rotation_schedule(
                "Schedule",
                hosted_rotation=(
                    hosted.rotation() if isinstance(hosted, HostedDatabase) else hosted
                ),
                automatically_after=period,
            )
        RotationAlarm(self, "Alarm", topic=topic, topic_key=topic_key)
        implements(
            self, capability="rotated-secret", controls=["SecretsManager.1", "SecretsManager.4"]
        )

    def _replicas(self, replicas: Mapping[str, str]) -> list[secretsmanager.ReplicaRegion]:
        return [
            secretsmanager.ReplicaRegion(
                region=region,
                encryption_key=kms.Key.from_key_arn(self, f"Replica{region}", arn),
            )
            for region, arn in sorted(replicas.items())
        ]

    def _keep_out(self, organization_id: str) -> None:
        every = ["secretsmanager:*"]
        secretsmanager.CfnResourcePolicy(
            self,
            "Policy",
            secret_id=self.secret.secret_arn,
            block_public_policy=True,
            resource_policy=iam.PolicyDocument(
                statements=[
                    deny_outsiders(organization_id, actions=every),
                    deny_cleartext(actions=every),
                ]
            ),
        )

    def _rotate(
        self, values: dict[str, str], adapter: Adapter | None, period: cdk.Duration
    ) -> None:
        rotation = RotationFunction(
            self,
            "Function",
            secret=self.secret,
            key=self.key,
            environment=values,
            adapter=adapter,
        )
        hours, days = period.to_hours(), period.to_days(integral=False)
        rules = secretsmanager.CfnRotationSchedule.RotationRulesProperty
        schedule = secretsmanager.CfnRotationSchedule(
            self,
            "Schedule",
            secret_id=self.secret.secret_arn,
            rotation_lambda_arn=rotation.function.function_arn,
            rotation_rules=(
                rules(automatically_after_days=days)
                if days == int(days)
                else rules(schedule_expression=f"rate({int(hours)} hours)")
            ),
            # Nobody has entered the third party's first value yet.
            rotate_immediately_on_update=False if isinstance(adapter, OwnAdapter) else None,
        )
        # The first rotation is at once: without the permission the stack would fail.
        schedule.node.add_dependency(rotation.permission)


def _generator(
    length: int, exclude: str, field: str | None, template: Mapping[str, str] | None
) -> secretsmanager.SecretStringGenerator:
    return secretsmanager.SecretStringGenerator(
        password_length=length,
        exclude_characters=exclude or None,
        require_each_included_type=True,
        generate_string_key=field,
        secret_string_template=json.dumps(dict(template or {}), sort_keys=True) if field else None,
    )


def _values(length: int, exclude: str, field: str | None) -> dict[str, str]:
    given = {"LENGTH": str(length), "EXCLUDE": exclude, "FIELD": field}
    return {name: value for name, value in given.items() if value}


def _period(days: int | None, hours: int | None) -> cdk.Duration:
    if days is not None and hours is not None:
        raise BaselineError(
            "rotate_after_days and rotate_after_hours are both given; leave one out"
        )
    if hours is not None:
        _within("rotate_after_hours", hours, ROTATION_HOURS, "hours")
        return cdk.Duration.hours(hours)
    wanted = DEFAULT_DAYS if days is None else days
    _within("rotate_after_days", wanted, ROTATION_DAYS, "days")
    return cdk.Duration.days(wanted)


def _within(name: str, value: int, limits: tuple[int, int], unit: str) -> None:
    low, high = limits
    if not low <= value <= high:
        raise BaselineError(f"{name} must be between {low} and {high} {unit}, got {value}")
