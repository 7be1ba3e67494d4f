"""What a workload is protected by, by resource type: its edge, its data, its backups, its delivery."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

EDGE: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::ApiGateway::Authorizer": ("AuthorizerUri", "IdentitySource", "ProviderARNs", "Type"),
    "AWS::ApiGateway::DomainName": ("MutualTlsAuthentication", "SecurityPolicy"),
    "AWS::ApiGateway::Method": (
        "ApiKeyRequired",
        "AuthorizationScopes",
        "AuthorizationType",
        "AuthorizerId",
        "RequestValidatorId",
    ),
    "AWS::ApiGateway::RequestValidator": ("ValidateRequestBody", "ValidateRequestParameters"),
    "AWS::ApiGateway::RestApi": ("DisableExecuteApiEndpoint", "EndpointConfiguration"),
    "AWS::ApiGateway::Stage": ("AccessLogSetting", "MethodSettings", "TracingEnabled"),
    "AWS::ApiGatewayV2::Route": ("ApiKeyRequired", "AuthorizationType", "AuthorizerId"),
    "AWS::ApiGatewayV2::Stage": ("AccessLogSettings", "DefaultRouteSettings", "RouteSettings"),
    "AWS::CloudFront::Distribution": (
        "DistributionConfig.CacheBehaviors",
        "DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId",
        "DistributionConfig.DefaultCacheBehavior.TrustedKeyGroups",
        "DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy",
        "DistributionConfig.Logging",
        "DistributionConfig.Origins",
        "DistributionConfig.Restrictions",
        "DistributionConfig.ViewerCertificate",
        "DistributionConfig.WebACLId",
    ),
    "AWS::CloudFront::ResponseHeadersPolicy": (
        "ResponseHeadersPolicyConfig.SecurityHeadersConfig",
    ),
    "AWS::CloudFront::VpcOrigin": (
        "VpcOriginEndpointConfig.OriginProtocolPolicy",
        "VpcOriginEndpointConfig.OriginSSLProtocols",
    ),
    "AWS::Cognito::UserPool": ("AdminCreateUserConfig", "MfaConfiguration", "Policies"),
    "AWS::ElasticLoadBalancingV2::Listener": (
        "DefaultActions",
        "ListenerAttributes",
        "MutualAuthentication",
        "Protocol",
        "SslPolicy",
    ),
    "AWS::ElasticLoadBalancingV2::ListenerRule": ("Actions", "Conditions"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        "LoadBalancerAttributes",
        "Scheme",
        "SecurityGroups",
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": ("Protocol",),
    "AWS::FMS::Policy": (
        "ExcludeMap",
        "ExcludeResourceTags",
        "IncludeMap",
        "RemediationEnabled",
        "ResourceTags",
        "ResourceType",
        "ResourceTypeList",
        "SecurityServicePolicyData",
    ),
    "AWS::NetworkFirewall::Firewall": ("FirewallPolicyArn", "SubnetMappings"),
    "AWS::NetworkFirewall::FirewallPolicy": ("FirewallPolicy",),
    "AWS::NetworkFirewall::LoggingConfiguration": ("LoggingConfiguration",),
    "AWS::NetworkFirewall::RuleGroup": ("RuleGroup",),
    "AWS::Shield::ProactiveEngagement": ("EmergencyContactList", "ProactiveEngagementStatus"),
    "AWS::WAFv2::LoggingConfiguration": (
        "LogDestinationConfigs",
        "LoggingFilter",
        "RedactedFields",
        "ResourceArn",
    ),
    "AWS::WAFv2::RuleGroup": ("Rules",),
    "AWS::WAFv2::WebACL": (
        "DataProtectionConfig",
        "DefaultAction",
        "OnSourceDDoSProtectionConfig",
        "Rules",
    ),
    "AWS::WAFv2::WebACLAssociation": ("ResourceArn", "WebACLArn"),
}
"""What stands before an application."""

DATA: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::Backup::BackupPlan": ("BackupPlan",),
    "AWS::Backup::BackupSelection": ("BackupPlanId", "BackupSelection"),
    "AWS::Backup::BackupVault": ("LockConfiguration", "Notifications"),
    "AWS::Backup::Framework": ("FrameworkControls",),
    "AWS::Backup::ReportPlan": ("ReportDeliveryChannel", "ReportSetting"),
    "AWS::Backup::RestoreTestingPlan": ("RecoveryPointSelection", "ScheduleExpression"),
    "AWS::Backup::RestoreTestingSelection": ("ProtectedResourceArns", "ProtectedResourceType"),
    "AWS::EC2::SnapshotBlockPublicAccess": ("State",),
    "AWS::ECR::Repository": ("ImageScanningConfiguration", "ImageTagMutability"),
    "AWS::Logs::LogGroup": ("DataProtectionPolicy",),
    "AWS::RDS::DBCluster": (
        "DBClusterParameterGroupName",
        "EnableCloudwatchLogsExports",
        "EnableIAMDatabaseAuthentication",
        "ManageMasterUserPassword",
        "VpcSecurityGroupIds",
    ),
    "AWS::RDS::DBClusterParameterGroup": ("Parameters",),
    "AWS::RDS::DBInstance": (
        "AutoMinorVersionUpgrade",
        "EnableCloudwatchLogsExports",
        "EnableIAMDatabaseAuthentication",
        "MonitoringInterval",
        "VPCSecurityGroups",
    ),
    "AWS::RDS::DBParameterGroup": ("Parameters",),
    "AWS::SQS::Queue": ("RedrivePolicy",),
    "AWS::SecretsManager::RotationSchedule": (
        "HostedRotationLambda",
        "RotationLambdaARN",
        "RotationRules",
    ),
}
"""What keeps data, and keeps them readable."""

DELIVERY: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::CloudFormation::GuardHook": (
        "FailureMode",
        "HookStatus",
        "RuleLocation",
        "StackFilters",
        "TargetFilters",
        "TargetOperations",
    ),
    "AWS::CodeBuild::Project": ("Environment.Image", "Environment.PrivilegedMode", "LogsConfig"),
    "AWS::CodePipeline::Pipeline": ("Stages",),
    "AWS::EC2::Instance": ("IamInstanceProfile",),
    "AWS::EC2::LaunchTemplate": (
        "LaunchTemplateData.IamInstanceProfile",
        "LaunchTemplateData.MetadataOptions",
    ),
    "AWS::ImageBuilder::ImagePipeline": (
        "ImageScanningConfiguration",
        "ImageTestsConfiguration",
        "Schedule",
        "Status",
    ),
    "AWS::ImageBuilder::InfrastructureConfiguration": ("InstanceMetadataOptions", "Logging"),
}
"""What builds and runs it."""
