"""Resources that go, or go and come anew: data and records go with them."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

from baseline.errors import BaselineError
from baseline.review.assembly import Assembly, Resource, Stack
from baseline.review.finding import Category, Finding, Place, Severity, code, listed
from baseline.review.guardrails import decides
from baseline.review.statements import policies_of
from baseline.review.values import canonical

STATEFUL = frozenset(
    {
        "AWS::Backup::BackupVault",
        "AWS::Backup::LogicallyAirGappedBackupVault",
        "AWS::CloudTrail::EventDataStore",
        "AWS::CloudTrail::Trail",
        "AWS::Cognito::UserPool",
        "AWS::DocDB::DBCluster",
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::EC2::Volume",
        "AWS::ECR::Repository",
        "AWS::EFS::FileSystem",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::FSx::FileSystem",
        "AWS::KMS::Key",
        "AWS::KMS::ReplicaKey",
        "AWS::Kinesis::Stream",
        "AWS::Logs::LogGroup",
        "AWS::Neptune::DBCluster",
        "AWS::OpenSearchService::Domain",
        "AWS::Organizations::Account",
        "AWS::Organizations::OrganizationalUnit",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::Redshift::Cluster",
        "AWS::S3::Bucket",
        "AWS::SQS::Queue",
        "AWS::SecretsManager::Secret",
        "AWS::SecurityLake::DataLake",
    }
)
"""Types whose data, or identity, a replacement does not bring back."""

WATCHING = (
    "AWS::AccessAnalyzer::",
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::RequestValidator",
    "AWS::Backup::",
    "AWS::Budgets::",
    "AWS::CE::",
    "AWS::CloudFormation::GuardHook",
    "AWS::CloudFormation::StackSet",
    "AWS::CloudTrail::",
    "AWS::CloudWatch::",
    "AWS::Config::",
    "AWS::EC2::FlowLog",
    "AWS::EC2::NetworkAcl",
    "AWS::EC2::SnapshotBlockPublicAccess",
    "AWS::EC2::SubnetNetworkAclAssociation",
    "AWS::Events::",
    "AWS::FMS::",
    "AWS::GuardDuty::",
    "AWS::InspectorV2::",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Permission",
    "AWS::Logs::",
    "AWS::Macie::",
    "AWS::NetworkFirewall::",
    "AWS::Organizations::",
    "AWS::Route53Resolver::",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SSM::Association",
    "AWS::SSM::Document",
    "AWS::SSM::MaintenanceWindow",
    "AWS::SSM::PatchBaseline",
    "AWS::SSM::ResourceDataSync",
    "AWS::SSM::ServiceSetting",
    "AWS::Scheduler::",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::SecurityHub::",
    "AWS::SecurityLake::",
    "AWS::Shield::",
    "AWS::StepFunctions::StateMachine",
    "AWS::WAFv2::",
    "Custom::",
)
"""Starts of types that find, record, tell or hold back."""


def resources(base: Assembly, head: Assembly) -> Iterator[Finding]:
    """Tell which resources and stacks are gone, and which are made anew."""
    for name, stack in base.stacks.items():
        after = head.stacks.get(name)
        if after is None:
            yield _stack_gone(stack)
            continue
        gone = [
            each
            for key, each in stack.resources.items()
            if key not in after.resources and not decides(each)
        ]
        come = {
            each.content(): each
            for key, each in after.resources.items()
            if key not in stack.resources
        }
        for each in gone:
            yield _gone(each, come.get(each.content()), _elsewhere(each, base, head))
        for key, each in stack.resources.items():
            if key in after.resources:
                yield from replaced(each, after.resources[key])
    for name, stack in head.stacks.items():
        if name not in base.stacks:
            yield Finding(
                category=Category.RESOURCES,
                kind="stack-added",
                severity="note",
                place=Place(file=stack.place.file, stack=name),
                text=f"is new, with {len(stack.resources)} resources",
            )


def replaced(base: Resource, head: Resource) -> Iterator[Finding]:
    """Tell whether CloudFormation makes a resource anew, because a property cannot be changed."""
    if base.type != head.type:
        changed = ["Type"]
    else:
        changed = [
            ".".join(path)
            for path in create_only(head.type)
            if canonical(at(base.properties, path)) != canonical(at(head.properties, path))
        ]
    if not changed:
        return
    stateful = base.type in STATEFUL
    severity: Severity = "error" if stateful else "note"
    kept = base.replacement != "Delete"
    fate = "the old one stays, empty of what comes" if kept else "the old one is deleted"
    if stateful or base.type.startswith(WATCHING):
        yield Finding(
            category=Category.RESOURCES,
            kind="replaced",
            severity=severity,
            place=head.place,
            text=f"is replaced, because {listed(changed)} cannot be changed; {fate}",
        )


@functools.cache
def create_only(type_: str) -> tuple[tuple[str, ...], ...]:
    """Give the properties that a resource keeps for life, from CloudFormation's schemas.

    Raises:
        BaselineError: the schemas are not installed.
    """
    try:
        from cfnlint.schema import (  # noqa: PLC0415 - an extra
            PROVIDER_SCHEMA_MANAGER,
            ResourceNotFoundError,
        )
    except ImportError:
        raise BaselineError(
            "replacements are found with cfn-lint's schemas: pip install 'aws-security-baseline[local]'"
        ) from None
    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_).schema
    except ResourceNotFoundError:
        return ()
    pointers = schema.get("createOnlyProperties") or []
    return tuple(tuple(each.split("/")[2:]) for each in pointers)


def at(value: object, path: tuple[str, ...]) -> object:
    """Give what stands at a path of properties; None where there is nothing."""
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _gone(resource: Resource, renamed: Resource | None, moved: str) -> Finding:
    stateful = resource.type in STATEFUL
    denies = any(each.denies for each in policies_of(resource.type, resource.properties).values())
    watching = resource.type.startswith(WATCHING) or denies
    severity: Severity = "error" if stateful else "warning" if watching else "note"
    if renamed is not None:
        sentence = f"has another logical ID, {code(renamed.place.name)}, and is made anew"
    elif moved:
        sentence = f"stands in stack {code(moved)} now, and is made anew there"
    else:
        sentence = f"is removed ({resource.type})"
    if stateful:
        sentence += (
            "; the old one stays, without a stack"
            if resource.retained
            else "; its data are deleted"
        )
    return Finding(
        category=Category.RESOURCES,
        kind="removed" if renamed is None and not moved else "replaced",
        severity=severity,
        place=resource.place,
        text=sentence,
    )


def _elsewhere(resource: Resource, base: Assembly, head: Assembly) -> str:
    """Give the stack that has the resource now and had not before."""
    key = resource.place.name
    for name, stack in head.stacks.items():
        before = base.stacks.get(name)
        other = stack.resources.get(key)
        was_there = before is not None and key in before.resources
        if other is not None and other.type == resource.type and not was_there:
            return name
    return ""


def _stack_gone(stack: Stack) -> Finding:
    stateful = sorted(
        f"{each.place.name} ({each.type}{', stays' if each.retained else ''})"
        for each in stack.resources.values()
        if each.type in STATEFUL
    )
    sentence = f"the stack is removed, with {len(stack.resources)} resources"
    if stateful:
        sentence += f"; of data or identity: {listed(stateful)}"
    return Finding(
        category=Category.RESOURCES,
        kind="stack-removed",
        severity="error",
        place=Place(file=stack.place.file, stack=stack.place.stack),
        text=sentence,
    )
