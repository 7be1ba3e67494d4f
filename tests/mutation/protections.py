"""What protects in a template, by kind: properties, resources that watch, and how each is weakened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

REMOVED: Final = "<removed>"
"""The change that takes a property away."""

NARROWED: Final = "<narrowed>"
"""The change of an event pattern that no event matches any more."""

Weaker = tuple[Any, ...]
"""The values that a property is given in turn; :data:`REMOVED` takes it away."""

GONE: Weaker = (REMOVED,)


@dataclass(frozen=True, kw_only=True, slots=True)
class Property:
    """A property that protects.

    Attributes:
        kind: part of the score.
        name: last part of its path.
        weaker: what it becomes, one mutant each.
        types: starts of the resource types that it counts in; empty for all.
        entries: each entry of the list that it holds is removed as well.
    """

    kind: str
    name: str
    weaker: Weaker = GONE
    types: tuple[str, ...] = ()
    entries: bool = False


def _all(kind: str, names: str, weaker: Weaker = GONE, types: str = "") -> list[Property]:
    of = tuple(types.split())
    return [Property(kind=kind, name=name, weaker=weaker, types=of) for name in names.split()]


PROPERTIES: Final = (
    *_all(
        "encryption",
        "KMSKeyId KmsKeyId KmsKeyArn KmsMasterKeyId KMSMasterKeyID KMSMasterKeyId KmsKeyIdentifier "
        "S3KmsKeyArn DestinationKmsKeyArn SSESpecification BucketEncryption BlockedEncryptionTypes",
    ),
    *_all("encryption", "EnableKeyRotation SSEEnabled", (REMOVED, False)),
    *_all("encryption", "SSEAlgorithm", ("AES256",)),
    *_all(
        "block",
        "BlockPublicAcls BlockPublicPolicy IgnorePublicAcls RestrictPublicBuckets",
        (REMOVED, False),
    ),
    *_all("block", "PublicAccessBlockConfiguration OwnershipControls PermissionsBoundary"),
    *_all("block", "ObjectOwnership", ("ObjectWriter",)),
    *_all("block", "MapPublicIpOnLaunch", (True,)),
    *_all("block", "CidrIp", ("0.0.0.0/0",), "AWS::EC2::SecurityGroup"),
    *_all("block", "CidrBlock", ("0.0.0.0/0",), "AWS::EC2::NetworkAclEntry"),
    *_all("block", "RuleAction", ("allow",), "AWS::EC2::NetworkAclEntry"),
    *_all("block", "Action", ("ALERT",), "AWS::Route53Resolver::FirewallRuleGroup"),
    *_all("block", "FailOpen", ("ENABLED",), "Custom::DnsFirewallLookup"),
    *_all("block", "PrivateDnsEnabled", (False,), "AWS::EC2::VPCEndpoint"),
    *_all("block", "AllowUnassociatedTargets", (True,), "AWS::SSM::MaintenanceWindow"),
    *_all("block", "PolicyDocument", GONE, "AWS::EC2::VPCEndpoint"),
    *_all("block", "MaxSessionDuration", (43200,), "AWS::IAM::Role"),
    *_all("block", "SessionDuration", ("PT12H",), "AWS::SSO::PermissionSet"),
    *_all("lock", "VersioningConfiguration ObjectLockConfiguration ObjectLockEnabled"),
    *_all("lock", "Mode", ("GOVERNANCE",), "AWS::S3::Bucket"),
    *_all("lock", "DeletionProtectionEnabled PointInTimeRecoveryEnabled", (REMOVED, False)),
    *_all("lock", "DeletionPolicy UpdateReplacePolicy", ("Delete",)),
    *_all("lock", "RetainStacksOnAccountRemoval", (False,)),
    *_all("lock", "OnDelete", (REMOVED,), "Custom::OrganizationFeatures"),
    *_all("retention", "RetentionInDays ExpirationInDays NoncurrentDays PendingWindowInDays", (7,)),
    *_all("retention", "Days", (1,), "AWS::S3::Bucket"),
    *_all("retention", "MessageRetentionPeriod", (REMOVED, 3600)),
    *_all(
        "log",
        "LoggingConfiguration LoggingConfig TracingConfig TracingConfiguration InsightSelectors "
        "CloudWatchLogsLogGroupArn OutputLocation OutputS3BucketName LogFilePrefix",
    ),
    *_all(
        "log",
        "EnableLogFileValidation IncludeGlobalServiceEvents IsLogging IsMultiRegionTrail "
        "IsOrganizationTrail",
        (False,),
        "AWS::CloudTrail::Trail",
    ),
    *_all("log", "Level", ("OFF",), "AWS::StepFunctions::StateMachine"),
    *_all("log", "TrafficType", ("REJECT",), "AWS::EC2::FlowLog"),
    *_all("log", "FilterPattern", ("nothing",), "AWS::Logs::MetricFilter"),
    *_all("log", "RecordingStrategy", (REMOVED,), "AWS::Config::ConfigurationRecorder"),
    *_all("alarm", "AlarmActions"),
    *_all("alarm", "ActionsEnabled", (False,), "AWS::CloudWatch::Alarm"),
    *_all("alarm", "Threshold", (1_000_000,), "AWS::CloudWatch::Alarm"),
    *_all("alarm", "TreatMissingData", ("ignore",), "AWS::CloudWatch::Alarm"),
    *_all("alarm", "Amount", (10**9,), "AWS::Budgets::Budget"),
    Property(kind="alarm", name="NotificationsWithSubscribers", entries=True),
    Property(kind="alarm", name="Subscribers", entries=True),
    *_all("dead letters", "DeadLetterConfig DestinationConfig RetryPolicy"),
    *_all("event", "State", ("DISABLED",), "AWS::Events::Rule AWS::Scheduler::Schedule"),
    *_all("event", "EventPattern", (NARROWED,)),
    *_all("event", "ScheduleExpression", ("rate(365 days)",)),
    Property(kind="event", name="Targets", types=("AWS::Events::Rule",), entries=True),
    *_all("finding", "ServiceEnabled", (False,)),
    *_all("finding", "RuleStatus", ("DISABLED",), "AWS::SecurityHub::AutomationRule"),
    *_all("finding", "AutoEnable", (REMOVED,), "AWS::SecurityHub::OrganizationConfiguration"),
    *_all("finding", "TargetId TargetType", (REMOVED,), "AWS::SecurityHub::PolicyAssociation"),
    *_all("finding", "InputParameters Scope", GONE, "AWS::Config::ConfigRule"),
    *_all("finding", "UnusedAccessAge", (365,)),
    *_all("finding", "RejectedPatchesAction", ("ALLOW_AS_DEPENDENCY",)),
    *_all("finding", "DefaultBaseline", (False,)),
    *_all("finding", "ApproveAfterDays", (360,)),
    *_all("finding", "SettingValue", ("false",), "AWS::SSM::ServiceSetting"),
    *(
        Property(kind="finding", name=name, entries=True, weaker=())
        for name in (
            "EnabledStandardIdentifiers",
            "FirewallRules",
            "PatchRules",
            "AwsRegions",
        )
    ),
    *(
        Property(kind="organization", name=name, entries=True, weaker=())
        for name in (
            "TrustedAccess",
            "PolicyTypes",
            "RootFeatures",
            "DelegatedAdministrators",
            "RegionalAdministrators",
            "Placements",
        )
    ),
    Property(kind="organization", name="TargetIds", entries=True, weaker=()),
    Property(
        kind="stack set",
        name="Regions",
        entries=True,
        weaker=(),
        types=("AWS::CloudFormation::StackSet",),
    ),
    *_all("stack set", "Enabled", (False,), "AWS::CloudFormation::StackSet"),
    *_all("stack set", "FailureTolerancePercentage", (100,)),
)

WATCHING: Final = {
    "log": (
        "AWS::CloudTrail::",
        "AWS::Config::ConfigurationAggregator",
        "AWS::Config::ConfigurationRecorder",
        "AWS::Config::DeliveryChannel",
        "AWS::EC2::FlowLog",
        "AWS::GuardDuty::PublishingDestination",
        "AWS::Logs::",
        "AWS::Route53Resolver::ResolverQueryLogging",
        "AWS::SSM::ResourceDataSync",
    ),
    "alarm": ("AWS::Budgets::", "AWS::CE::", "AWS::CloudWatch::", "AWS::SNS::Subscription"),
    "block": (
        "AWS::EC2::NetworkAcl",
        "AWS::EC2::SubnetNetworkAclAssociation",
        "AWS::Route53Resolver::Firewall",
        "Custom::DefaultSecurityGroup",
    ),
    "encryption": ("AWS::KMS::Key",),
    "event": (
        "AWS::Events::",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::Permission",
        "AWS::Scheduler::Schedule",
    ),
    "finding": (
        "AWS::AccessAnalyzer::",
        "AWS::Config::ConfigRule",
        "AWS::Config::OrganizationConformancePack",
        "AWS::SSM::Association",
        "AWS::SSM::MaintenanceWindow",
        "AWS::SSM::PatchBaseline",
        "AWS::SSM::ServiceSetting",
        "AWS::SecurityHub::",
    ),
    "guardrail": ("AWS::Organizations::Policy",),
    "organization": ("AWS::Organizations::ResourcePolicy", "Custom::"),
    "policy": ("AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"),
    "response": (
        "AWS::Lambda::Function",
        "AWS::SSM::Document",
        "AWS::StepFunctions::StateMachine",
    ),
    "stack set": ("AWS::CloudFormation::StackSet",),
    "dead letters": ("AWS::SQS::Queue",),
}
"""Resources that go whole, by kind and start of the type; the longest start counts."""
