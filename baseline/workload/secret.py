"""RotatedSecret: a secret that nobody chose, nobody outside reads, and that changes by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.primitives.handler_function import HandlerFunction
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic
from baseline.workload.outsiders import deny_cleartext, deny_outsiders
from baseline.workload.rotation_alarm import RotationAlarm

HANDLER = Path(__file__).parent / "handlers" / "rotation"
SECRETS = "secretsmanager.amazonaws.com"
ROTATION_DAYS = (1, 90)
"""Security Hub SecretsManager.4 fails a secret that was not rotated for 90 days."""

LENGTH = (24, 4096)
"""4,096 is Secrets Manager's limit for a generated password."""


class RotatedSecret(Construct):
    """A generated secret with a key of its own that rotates and is denied to everyone outside.

    No value is in a template, in an environment variable or in a log. By default the value is a
    random text which a function of this construct replaces: for signing keys, shared secrets and
    tokens of which no other system keeps a copy. For a database take ``hosted``, AWS's own
    rotation, which also changes the password there; the master password of a
    :class:`~baseline.workload.database.HardenedDatabase` rotates without either.

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
        length: characters of the generated value; 48 by default, at least 24.
        exclude_characters: characters that the value must not have; none by default.
        field: key of the value in a JSON document; None, the default, for the value alone.
        template: other keys of the document, never secret; none by default.
        hosted: AWS's rotation for a database instead of ours. Its function is made by a transform,
            which service-managed StackSets cannot carry.
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
        rotate_after_days: int = 30,
        length: int = 48,
        exclude_characters: str = "",
        field: str | None = None,
        template: Mapping[str, str] | None = None,
        hosted: secretsmanager.HostedRotation | None = None,
        replicas: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id)
        _within("rotate_after_days", rotate_after_days, ROTATION_DAYS, "days")
        _within("length", length, LENGTH, "characters")
        _check_document(field, template, hosted)
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
            function = self._rotation_function(length, exclude_characters, field)
            self._rotate(function, rotate_after_days)
        else:
            self.secret.add_rotation_schedule(
                "Schedule",
                hosted_rotation=hosted,
                automatically_after=cdk.Duration.days(rotate_after_days),
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

    def _rotation_function(
        self, length: int, exclude_characters: str, field: str | None
    ) -> lambda_.Function:
        environment = {"LENGTH": str(length)}
        if exclude_characters:
            environment["EXCLUDE"] = exclude_characters
        if field:
            environment["FIELD"] = field
        handler = HandlerFunction(
            self,
            "Rotation",
            handler=HANDLER,
            description=f"Rotates {self.node.path}",
            environment=environment,
            statements=[
                iam.PolicyStatement(
                    sid="Rotate",
                    actions=[
                        "secretsmanager:DescribeSecret",
                        "secretsmanager:GetSecretValue",
                        "secretsmanager:PutSecretValue",
                        "secretsmanager:UpdateSecretVersionStage",
                    ],
                    resources=[self.secret.secret_arn],
                ),
                iam.PolicyStatement(
                    sid="Generate", actions=["secretsmanager:GetRandomPassword"], resources=["*"]
                ),
                iam.PolicyStatement(
                    sid="UseSecretKey",
                    actions=["kms:Decrypt", "kms:GenerateDataKey"],
                    resources=[self.key.key.key_arn],
                ),
            ],
        )
        # The function's own grant names no secret; any secret of any account could call it.
        lambda_.CfnPermission(
            self,
            "Invocation",
            action="lambda:InvokeFunction",
            function_name=handler.function.function_arn,
            principal=SECRETS,
            source_account=cdk.Stack.of(self).account,
            source_arn=self.secret.secret_arn,
        )
        return handler.function

    def _rotate(self, function: lambda_.Function, days: int) -> None:
        schedule = secretsmanager.CfnRotationSchedule(
            self,
            "Schedule",
            secret_id=self.secret.secret_arn,
            rotation_lambda_arn=function.function_arn,
            rotation_rules=secretsmanager.CfnRotationSchedule.RotationRulesProperty(
                automatically_after_days=days
            ),
        )
        # The first rotation is at once: without the permission the stack would fail.
        schedule.node.add_dependency(self.node.find_child("Invocation"))


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


def _check_document(
    field: str | None,
    template: Mapping[str, str] | None,
    hosted: secretsmanager.HostedRotation | None,
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
    if hosted is not None and (field != "password" or "username" not in (template or {})):
        raise BaselineError(
            "hosted rotation reads a document with username and password; pass field='password' "
            "and template={'username': ...}"
        )


def _within(name: str, value: int, limits: tuple[int, int], unit: str) -> None:
    low, high = limits
    if not low <= value <= high:
        raise BaselineError(f"{name} must be between {low} and {high} {unit}, got {value}")
