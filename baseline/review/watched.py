"""Properties that find, record, tell and hold back, by resource type: what the review compares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from baseline.review.watched_workload import DATA, DELIVERY, EDGE

WATCHED: Final[Mapping[str, tuple[str, ...]]] = {
    **DATA,
    **DELIVERY,
    **EDGE,
    "AWS::AccessAnalyzer::Analyzer": ("AnalyzerConfiguration", "ArchiveRules", "Type"),
    "AWS::Budgets::Budget": ("Budget", "NotificationsWithSubscribers"),
    "AWS::CE::AnomalySubscription": (
        "Frequency",
        "MonitorArnList",
        "Subscribers",
        "ThresholdExpression",
    ),
    "AWS::CloudFormation::StackSet": (
        "AutoDeployment",
        "OperationPreferences",
        "Parameters",
        "StackInstancesGroup",
    ),
    "AWS::CloudTrail::Trail": (
        "AdvancedEventSelectors",
        "CloudWatchLogsLogGroupArn",
        "EventSelectors",
        "InsightSelectors",
        "S3BucketName",
    ),
    "AWS::CloudWatch::Alarm": (
        "ActionsEnabled",
        "AlarmActions",
        "ComparisonOperator",
        "DatapointsToAlarm",
        "Dimensions",
        "EvaluationPeriods",
        "MetricName",
        "Metrics",
        "Namespace",
        "Period",
        "Statistic",
        "Threshold",
        "TreatMissingData",
    ),
    "AWS::Config::ConfigRule": ("InputParameters", "Scope", "Source"),
    "AWS::Config::ConfigurationAggregator": ("OrganizationAggregationSource",),
    "AWS::Config::ConfigurationRecorder": ("RecordingGroup", "RecordingMode"),
    "AWS::Config::ConformancePack": ("ConformancePackInputParameters", "TemplateBody"),
    "AWS::Config::DeliveryChannel": ("S3BucketName", "SnsTopicARN"),
    "AWS::Config::OrganizationConformancePack": (
        "ConformancePackInputParameters",
        "ExcludedAccounts",
        "TemplateBody",
    ),
    "AWS::EC2::FlowLog": (
        "LogDestination",
        "LogFormat",
        "LogGroupName",
        "ResourceId",
        "TrafficType",
    ),
    "AWS::EC2::NetworkAclEntry": (
        "CidrBlock",
        "Egress",
        "Ipv6CidrBlock",
        "PortRange",
        "Protocol",
        "RuleAction",
        "RuleNumber",
    ),
    "AWS::EC2::Subnet": ("MapPublicIpOnLaunch",),
    "AWS::EC2::SubnetNetworkAclAssociation": ("NetworkAclId", "SubnetId"),
    "AWS::EC2::VPCEndpoint": ("PrivateDnsEnabled",),
    "AWS::Events::EventBus": ("DeadLetterConfig",),
    "AWS::Events::Rule": (
        "EventBusName",
        "EventPattern",
        "ScheduleExpression",
        "State",
        "Targets",
    ),
    "AWS::GuardDuty::Detector": ("DataSources", "Enable", "Features", "FindingPublishingFrequency"),
    "AWS::GuardDuty::PublishingDestination": ("DestinationProperties", "DetectorId"),
    "AWS::GuardDuty::MalwareProtectionPlan": ("Actions", "ProtectedResource"),
    "AWS::IAM::Role": ("MaxSessionDuration",),
    "AWS::InspectorV2::CisScanConfiguration": ("Schedule", "SecurityLevel", "Targets"),
    "AWS::KMS::Alias": ("TargetKeyId",),
    "AWS::KinesisFirehose::DeliveryStream": (
        "ExtendedS3DestinationConfiguration",
        "HttpEndpointDestinationConfiguration",
        "SplunkDestinationConfiguration",
    ),
    "AWS::Lambda::EventInvokeConfig": (
        "DestinationConfig",
        "FunctionName",
        "MaximumRetryAttempts",
        "Qualifier",
    ),
    "AWS::Lambda::EventSourceMapping": (
        "Enabled",
        "EventSourceArn",
        "FilterCriteria",
        "FunctionName",
    ),
    "AWS::Lambda::Function": (
        "DeadLetterConfig",
        "Layers",
        "LoggingConfig",
        "ReservedConcurrentExecutions",
        "TracingConfig",
    ),
    "AWS::Logs::MetricFilter": ("FilterPattern", "LogGroupName", "MetricTransformations"),
    "AWS::Logs::SubscriptionFilter": ("DestinationArn", "FilterPattern", "LogGroupName"),
    "AWS::Macie::Session": ("FindingPublishingFrequency", "Status"),
    "AWS::Route53Resolver::FirewallDomainList": ("DomainFileUrl", "Domains"),
    "AWS::Route53Resolver::FirewallRuleGroup": ("FirewallRules",),
    "AWS::Route53Resolver::FirewallRuleGroupAssociation": (
        "FirewallRuleGroupId",
        "MutationProtection",
        "Priority",
        "VpcId",
    ),
    "AWS::Route53Resolver::ResolverQueryLoggingConfig": ("DestinationArn",),
    "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation": (
        "ResolverQueryLogConfigId",
        "ResourceId",
    ),
    "AWS::S3::Bucket": ("LoggingConfiguration", "OwnershipControls"),
    "AWS::SNS::Subscription": ("Endpoint", "FilterPolicy", "Protocol", "TopicArn"),
    "AWS::SSM::Association": (
        "Name",
        "OutputLocation",
        "Parameters",
        "ScheduleExpression",
        "Targets",
    ),
    "AWS::SSM::MaintenanceWindow": ("AllowUnassociatedTargets", "EndDate", "Schedule"),
    "AWS::SSM::MaintenanceWindowTarget": ("Targets", "WindowId"),
    "AWS::SSM::MaintenanceWindowTask": (
        "Targets",
        "TaskArn",
        "TaskInvocationParameters",
        "WindowId",
    ),
    "AWS::SSM::PatchBaseline": (
        "ApprovalRules",
        "AvailableSecurityUpdatesComplianceStatus",
        "DefaultBaseline",
        "GlobalFilters",
        "OperatingSystem",
        "RejectedPatches",
        "RejectedPatchesAction",
    ),
    "AWS::SSM::ResourceDataSync": ("S3Destination", "SyncSource"),
    "AWS::SSM::ServiceSetting": ("SettingId", "SettingValue"),
    "AWS::SSO::PermissionSet": ("SessionDuration",),
    "AWS::Scheduler::Schedule": ("EndDate", "ScheduleExpression", "State", "Target"),
    "AWS::SecurityHub::AggregatorV2": ("LinkedRegions", "RegionLinkingMode"),
    "AWS::SecurityHub::AutomationRule": (
        "Actions",
        "Criteria",
        "IsTerminal",
        "RuleOrder",
        "RuleStatus",
    ),
    "AWS::SecurityHub::AutomationRuleV2": ("Actions", "Criteria", "RuleOrder", "RuleStatus"),
    "AWS::SecurityHub::ConfigurationPolicy": ("ConfigurationPolicy",),
    "AWS::SecurityHub::FindingAggregator": ("RegionLinkingMode", "Regions"),
    "AWS::SecurityHub::Hub": ("AutoEnableControls", "ControlFindingGenerator"),
    "AWS::SecurityHub::OrganizationConfiguration": ("AutoEnable", "ConfigurationType"),
    "AWS::SecurityHub::PolicyAssociation": ("ConfigurationPolicyId", "TargetId", "TargetType"),
    "AWS::SecurityHub::ProductSubscription": ("ProductArn",),
    "AWS::SecurityHub::Standard": ("DisabledStandardsControls", "StandardsArn"),
    "AWS::StepFunctions::StateMachine": ("LoggingConfiguration", "TracingConfiguration"),
    "Custom::DetectorsLookup": ("Regions",),
    "Custom::DnsFirewallLookup": ("FailOpen", "Lists", "VpcId"),
    "Custom::OrganizationFeatures": (
        "DelegatedAdministrators",
        "OnDelete",
        "Placements",
        "PolicyTypes",
        "RegionalAdministrators",
        "RootFeatures",
        "TrustedAccess",
    ),
}
"""Less of them, or others, and something is no longer found, told or held back. Dots lead inside."""

OWN: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::Lambda::Function": ("Environment", "Handler", "Role"),
    "AWS::SSM::Document": ("Content",),
    "AWS::StepFunctions::StateMachine": ("DefinitionString", "DefinitionSubstitutions"),
}
"""The same of what carries the baseline's tag: what others let their functions do is their affair."""

NARROWING: Final = frozenset(
    {
        "AccountFilterType",
        "Accounts",
        "Allow",
        "ArchiveRules",
        "Count",
        "Criteria",
        "DisabledSecurityControlIdentifiers",
        "DisabledStandardsControls",
        "EndDate",
        "Environment",
        "EventPattern",
        "ExcludeManagementEventSources",
        "ExcludeMap",
        "ExcludeResourceTags",
        "ExcludedAccounts",
        "FilterCriteria",
        "FilterPolicy",
        "GlobalFilters",
        "Input",
        "InputPath",
        "InputTransformer",
        "Layers",
        "LoggingFilter",
        "NotEndsWith",
        "NotEquals",
        "NotStartsWith",
        "OriginSSLProtocols",
        "RecordingGroup",
        "RedactedFields",
        "RejectedPatches",
        "RuleActionOverrides",
        "Scope",
        "ScopeDownStatement",
        "ThresholdExpression",
    }
)
"""More of these looks at less, or does something else."""

OFF: Final = frozenset(
    {
        ("ActionsEnabled", "false"),
        ("AllowUnassociatedTargets", "true"),
        ("Enabled", "false"),
        ("FailOpen", "enabled"),
        ("MapPublicIpOnLaunch", "true"),
        ("PrivateDnsEnabled", "false"),
        ("PrivilegedMode", "true"),
        ("ReservedConcurrentExecutions", "0"),
        ("RuleStatus", "disabled"),
        ("State", "disabled"),
    }
)
"""Words that take away what holds where nothing is said."""

LIMITS: Final = frozenset({"MaxSessionDuration"})
"""Numbers that protect by being small."""

BODY: Final = "TemplateBody"
"""Text in YAML, such as that of a conformance pack."""

WORDS: Final = frozenset({"Comment", "Description", "TOOL", "description"})
"""What only people read."""
