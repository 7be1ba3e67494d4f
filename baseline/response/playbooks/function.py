"""PlaybookFunction: does the steps of one family, from the security account."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.primitives.acknowledge import acknowledge, as_printed
from baseline.primitives.assume_role import ONE_NAME_EVERYWHERE, assume_in_organization
from baseline.primitives.handler_function import HandlerFunction
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic
from baseline.response.evidence import EvidenceStore
from baseline.response.playbooks.families import Family
from baseline.response.playbooks.model import Mode, Playbook

HANDLER = Path(__file__).parents[1] / "handlers" / "playbooks"
EVIDENCE_PREFIX = "incidents/"
CLAIMS = f"{EVIDENCE_PREFIX}claims/"
METRICS = "SecurityBaseline/Response"
INCIDENT_TAG = "SecurityBaselineIncident"
"""Tag of affected resources; its value is the incident's ID."""
TIMEOUT_SECONDS = 600


class PlaybookFunction(Construct):
    """The function of a family: adds evidence, writes tickets, tells a topic, and acts by one role.

    It reads nothing of the evidence but its own claims of events, and what it may do in an account
    is what the family's responder role may do there.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        family: the family.
        modes: each of its playbooks to what it does.
        role_name: physical name of its role, which the responder roles trust.
        responder_role: name of the family's role in every account.
        organization_id: organization whose roles may be assumed.
        evidence: where evidence is kept.
        topic: topic that hears of incidents and questions.
        topic_key: its key.
        environment: further environment variables: names that steps need.

    Attributes:
        function: the :class:`HandlerFunction`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        family: Family,
        modes: Mapping[Playbook, Mode],
        role_name: str,
        responder_role: str,
        organization_id: str,
        evidence: EvidenceStore,
        topic: SecureTopic,
        topic_key: SecureKey,
        environment: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id)
        responders = f"arn:{cdk.Aws.PARTITION}:iam::*:role/{responder_role}"
        self.function = HandlerFunction(
            self,
            "Steps",
            handler=HANDLER,
            description=f"Incident response: {family.title}",
            timeout_seconds=TIMEOUT_SECONDS,
            memory_mb=512,
            role_name=role_name,
            environment={
                **environment,
                **family.environment,
                "EVIDENCE_BUCKET": evidence.bucket.bucket_name,
                "FAMILY": family.id,
                "PARTITION": cdk.Aws.PARTITION,
                "PLAYBOOKS": json.dumps(_settings(modes), sort_keys=True),
                "RESPONDER_ROLE": responder_role,
                "TAG_KEY": INCIDENT_TAG,
                "TOPIC_ARN": topic.topic.topic_arn,
            },
            statements=[
                assume_in_organization(
                    "AssumeResponders", role_arn=responders, organization_id=organization_id
                ),
                *evidence.writing(EVIDENCE_PREFIX),
                *_claiming(evidence),
                *self._telling(topic, topic_key),
                *family.own_statements(),
            ],
        )
        acknowledge(
            self.function,
            {
                f"AwsSolutions-IAM5[Resource::{as_printed(responders)}]": ONE_NAME_EVERYWHERE,
                f"AwsSolutions-IAM5[Resource::{self._bucket(evidence)}/{EVIDENCE_PREFIX}*]": (
                    "evidence is only added; nothing there can be overwritten"
                ),
                f"AwsSolutions-IAM5[Resource::{self._bucket(evidence)}/{CLAIMS}*]": (
                    "claims say which execution answers an event and what a step began, and nothing else"
                ),
                f"AwsSolutions-IAM5[Resource::{as_printed(self._tickets())}]": (
                    "a ticket's ID is known when it is made"
                ),
                **family.own_reasons,
            },
        )

    def _telling(self, topic: SecureTopic, key: SecureKey) -> Sequence[iam.PolicyStatement]:
        """Give what reports need: topic, tickets, metrics, notes on findings, answers to itself."""
        place = f"{cdk.Aws.PARTITION}:securityhub:{cdk.Aws.REGION}:{cdk.Aws.ACCOUNT_ID}"
        return [
            iam.PolicyStatement(
                sid="Tell", actions=["sns:Publish"], resources=[topic.topic.topic_arn]
            ),
            iam.PolicyStatement(
                sid="EncryptMessages",
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[key.key.key_arn],
            ),
            # These two take no resources.
            iam.PolicyStatement(
                sid="OpenTickets",
                actions=["ssm:CreateOpsItem", "states:SendTaskSuccess"],
                resources=["*"],
            ),
            iam.PolicyStatement(
                sid="WriteTickets", actions=["ssm:UpdateOpsItem"], resources=[self._tickets()]
            ),
            iam.PolicyStatement(
                sid="Measure",
                actions=["cloudwatch:PutMetricData"],
                resources=["*"],
                conditions={"StringEquals": {"cloudwatch:namespace": METRICS}},
            ),
            iam.PolicyStatement(
                sid="NoteOnFindings",
                actions=["securityhub:BatchUpdateFindings"],
                resources=[f"arn:{place}:hub/default"],
            ),
        ]

    def _bucket(self, evidence: EvidenceStore) -> str:
        """Give the bucket's ARN as cdk-nag prints it: by an output where it is another stack's."""
        home, logical = cdk.Stack.of(evidence), _logical_id(evidence)
        if home.node.path == cdk.Stack.of(self).node.path:
            return f"<{logical}.Arn>"
        # The CDK names the output after the construct that it makes for it.
        path = f'Publish/Output{{"Fn::GetAtt":["{logical}","Arn"]}}'
        digest = hashlib.md5(path.encode(), usedforsecurity=False).hexdigest()[:8].upper()
        output = {
            "StackName": home.stack_name,
            "Region": home.region,
            "OutputName": f"PublishOutputFnGetAtt{logical}Arn{digest}",
        }
        return json.dumps({"Fn::GetStackOutput": output}, separators=(",", ":"))

    def _tickets(self) -> str:
        place = f"{cdk.Aws.REGION}:{cdk.Aws.ACCOUNT_ID}"
        return f"arn:{cdk.Aws.PARTITION}:ssm:{place}:opsitem/*"


def _claiming(evidence: EvidenceStore) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(
            sid="ReadClaims",
            actions=["s3:GetObject"],
            resources=[evidence.bucket.arn_for_objects(f"{CLAIMS}*")],
        ),
        iam.PolicyStatement(
            sid="DecryptClaims", actions=["kms:Decrypt"], resources=[evidence.key.key.key_arn]
        ),
    ]


def _settings(modes: Mapping[Playbook, Mode]) -> dict[str, dict[str, str]]:
    return {
        playbook.id: {"title": playbook.title, "severity": playbook.severity, "mode": mode}
        for playbook, mode in modes.items()
    }


def _logical_id(evidence: EvidenceStore) -> str:
    bucket = cast("cdk.CfnElement", evidence.bucket.node.default_child)
    return str(cdk.Stack.of(evidence).resolve(bucket.logical_id))
