"""AWS limits that shape the baseline, each with its source. Sizes are characters unless named bytes."""

from __future__ import annotations

from typing import Final

# AWS Organizations User Guide, "Quotas and service limits for AWS Organizations".
SCP_SIZE: Final = 10_240
SCP_PER_TARGET: Final = 10
SCP_PER_ORGANIZATION: Final = 10_000
RCP_SIZE: Final = 5_120
RCP_PER_TARGET: Final = 5  # one of them is RCPFullAWSAccess, which cannot be detached
RCP_PER_ORGANIZATION: Final = 2_000
DECLARATIVE_POLICY_SIZE: Final = 10_000
DECLARATIVE_POLICIES_PER_TARGET: Final = 10
AI_OPT_OUT_POLICY_SIZE: Final = 2_500
AI_OPT_OUT_POLICIES_PER_TARGET: Final = 5
UNIT_DEPTH: Final = 5  # levels of units under the root
UNITS_PER_ORGANIZATION: Final = 2_000
DELEGATION_POLICY_SIZE: Final = 40_000

# Ours: AWS Organizations creates five accounts at a time, one every ten seconds ("Quotas and service
# limits for AWS Organizations"), so the stack chains them, and one deployment stays short.
CREATED_ACCOUNTS_PER_CONFIGURATION: Final = 20

# Ours: Control Tower enables a control in minutes, and the stack enables them one after another,
# because it takes about ten operations at a time, the console's and other tools' included (Landing
# Zone Accelerator, "ControlTowerControlConfig"). An EnabledControl is also one resource of 500.
ENABLED_CONTROLS_PER_CONFIGURATION: Final = 100

# Ours: Control Tower gathers its preventive controls of a unit in policies of its own, one at least.
CONTROL_TOWER_SCP_SLOTS: Final = 1

# AWS CloudFormation User Guide, "Understand CloudFormation quotas".
TEMPLATE_INLINE_BYTES: Final = 51_200
TEMPLATE_S3_BYTES: Final = 1_048_576
RESOURCES_PER_TEMPLATE: Final = 500
CUSTOM_RESOURCE_RESPONSE_BYTES: Final = 4_096

# AWS Security Hub User Guide, "Security Hub CSPM quotas".
SECURITY_HUB_CONFIGURATION_POLICIES: Final = 20

# AWS Cost Management User Guide, "Quotas and restrictions" (CreateBudget takes ten notifications).
ALERTS_PER_BUDGET: Final = 10
# Ours: the stack stays far below RESOURCES_PER_TEMPLATE.
ACCOUNT_BUDGETS_PER_CONFIGURATION: Final = 200

# Amazon EventBridge User Guide, "Amazon EventBridge quotas".
EVENT_RULES_PER_BUS: Final = 300
EVENT_TARGETS_PER_RULE: Final = 5
EVENT_PATTERN_SIZE: Final = 2_048
EVENT_BUS_POLICY_SIZE: Final = 10_240

# IAM User Guide, "IAM and AWS STS quotas".
MANAGED_POLICY_SIZE: Final = 6_144
ROLE_TRUST_POLICY_SIZE: Final = 2_048
ROLE_INLINE_POLICY_SIZE: Final = 10_240

# Amazon S3 User Guide, "General purpose bucket naming rules".
BUCKET_NAME_LENGTH: Final = 63

# IAM Identity Center User Guide, "AWS IAM Identity Center quotas": the inline policy may have 32,768
# bytes, of which 10,240 are not white space; we submit it without any, so the smaller one counts.
PERMISSION_SET_POLICY_SIZE: Final = 10_240
# The same page allows 20, but a role takes 10 until IAM's quota is raised in every account.
PERMISSION_SET_MANAGED_POLICIES: Final = 10
# CloudFormation Template Reference, "AWS::SSO::PermissionSet" and
# "AWS::SSO::InstanceAccessControlAttributeConfiguration".
PERMISSION_SET_NAME_LENGTH: Final = 32
PERMISSION_SET_DESCRIPTION_LENGTH: Final = 700
PERMISSION_SET_TAGS: Final = 50
RELAY_STATE_LENGTH: Final = 240
ACCESS_CONTROL_ATTRIBUTES: Final = 50

# AWS Lambda Developer Guide, "Lambda quotas": all environment variables of a function together.
ENVIRONMENT_BYTES: Final = 4_096
# Ours: what is left of it for the routes of findings.
ROUTES_SIZE: Final = 2_800
