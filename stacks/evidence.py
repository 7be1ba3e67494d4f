"""Stack `evidence`: evidence of compliance that is collected by itself (security account)."""

from __future__ import annotations

import json

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.evidence.permissions import as_findings
from baseline.evidence.scheduled import PREFIX, ScheduledEvidence
from baseline.evidence.sources import off_sources
from baseline.primitives.acknowledge import acknowledge
from baseline.settings.sweep_definition import REPORTS_PREFIX
from stacks.response import ResponseStack
from stacks.settings import SettingsStack
from stacks.wiring import Wiring

# What the CDK calls the outputs by which one stack reads another's: it follows from the logical IDs,
# which never change.
PACKAGES = "PublishOutputFnGetAttEvidenceBucket4CEFBEF9Arn45E4A89E"
REPORTS = "PublishOutputFnGetAttReportsBucketCA656C34ArnF7B58624"


class EvidenceStack(cdk.Stack):
    """The scheduled collection, into the bucket of the responses' evidence."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        response: ResponseStack,
        settings: SettingsStack,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: evidence of compliance",
            env=env,
        )
        wanted = configuration.evidence
        config = configuration.capabilities.config
        collection = ScheduledEvidence(
            self,
            "Compliance",
            names=names,
            store=response.evidence,
            reports=settings.reports,
            period=wanted.period,
            artifact=wanted.artifact,
            accept_terms=wanted.accept_terms,
            aggregates=config.enabled and config.aggregator,
            off=tuple(off_sources(configuration)),
        )
        packages = _printed(response, PACKAGES, f"{PREFIX}*")
        reports = _printed(settings, REPORTS, f"{REPORTS_PREFIX}/*")
        acknowledge(
            collection.function,
            as_findings(
                {
                    packages: "evidence is only added; nothing there can be read or overwritten",
                    reports: "jobs name their reports after the time of the run; they are only read",
                }
            ),
        )


def _printed(stack: cdk.Stack, output: str, objects: str) -> str:
    """Give the ARN of objects in another stack's bucket as cdk-nag prints it."""
    reference = {"StackName": stack.stack_name, "Region": stack.region, "OutputName": output}
    return f"{json.dumps({'Fn::GetStackOutput': reference}, separators=(',', ':'))}/{objects}"


def evidence(
    wiring: Wiring, *, response: ResponseStack, settings: SettingsStack
) -> list[cdk.Stack]:
    """Create the scheduled collection, where the configuration wants it."""
    if not wiring.configuration.evidence.enabled:
        return []
    return [
        EvidenceStack(
            wiring.app,
            "evidence",
            configuration=wiring.configuration,
            names=wiring.names,
            response=response,
            settings=settings,
            env=wiring.env(wiring.names.security),
        )
    ]
