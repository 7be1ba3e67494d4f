"""Every physical name of the baseline, in one place.

A physical name exists only where another account or a policy has to name the thing first. All of
them follow from prefix, account and Region, so they are the same in every synthesis.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baseline.config.configuration import Configuration
    from baseline.config.log_replication import Log

_PURPOSES = {"cloudtrail": "org-logs", "config": "config", "flow_logs": "flow-logs"}
"""Logs that can be copied, with the part of the names of their buckets."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """The names that accounts use for each other's resources.

    ``management`` to ``shared_services`` are account IDs. Everything else is derived from them.
    """

    prefix: str
    home_region: str
    organization_id: str
    management: str
    log_archive: str
    security: str
    network: str
    shared_services: str

    @classmethod
    def of(cls, configuration: Configuration) -> Names:
        """Give the names that follow from a configuration."""
        accounts = configuration.accounts
        return cls(
            prefix=configuration.prefix,
            home_region=configuration.home_region,
            organization_id=configuration.organization.id,
            management=accounts.management.id,
            log_archive=accounts.log_archive.id,
            security=accounts.security.id,
            network=accounts.network.id,
            shared_services=accounts.shared_services.id,
        )

    @property
    def partition(self) -> str:
        """The AWS partition: the commercial one."""
        return "aws"

    @property
    def core_accounts(self) -> tuple[str, ...]:
        """IDs of the accounts that carry the baseline, whose keys are all the baseline's."""
        return (
            self.management,
            self.log_archive,
            self.security,
            self.network,
            self.shared_services,
        )

    # Organization trail (management account, home Region)

    @property
    def trail(self) -> str:
        """Name of the organization trail."""
        return f"{self.prefix}-org-trail"

    @property
    def trail_arn(self) -> str:
        """ARN of the organization trail, which key and bucket policies name before it exists."""
        return f"arn:{self.partition}:cloudtrail:{self.home_region}:{self.management}:trail/{self.trail}"

    @property
    def trail_log_group(self) -> str:
        """Name of the log group that the trail writes to."""
        return f"{self.prefix}-cloudtrail"

    # Buckets and keys (log archive account, home Region)

    @property
    def cloudtrail_bucket(self) -> str:
        """Bucket of the organization trail."""
        return self._bucket("org-logs")

    @property
    def config_bucket(self) -> str:
        """Bucket of the Config delivery channels."""
        return self._bucket("config")

    @property
    def flow_log_bucket(self) -> str:
        """Bucket of the VPC flow logs."""
        return self._bucket("flow-logs")

    @property
    def access_log_bucket(self) -> str:
        """Bucket that records access to the other log buckets."""
        return self._bucket("access-logs")

    @property
    def guardduty_bucket(self) -> str:
        """Bucket of the exported GuardDuty findings."""
        return self._bucket("guardduty")

    @property
    def web_acl_bucket(self) -> str:
        """Bucket of the logs of AWS WAF, which demands the start of the name."""
        return f"aws-waf-logs-{self.prefix}-{self.log_archive}-{self.home_region}"

    def access_log_bucket_of(self, region: str) -> str:
        """Bucket that records access to the log buckets of a Region."""
        return self._bucket("access-logs", region)

    def load_balancer_bucket(self, region: str) -> str:
        """Bucket of the access logs of load balancers in a Region, or ``*`` for all of them."""
        # Begins like the bucket of access logs, so that the guardrails know it.
        return f"{self._bucket('access-logs', region)}-elb"

    def log_copy(self, log: Log, region: str) -> str:
        """Bucket of the copies of a log in a Region."""
        # Begins like the bucket that it copies; the log archive's ID stands in it wherever it is.
        return f"{self._bucket(_PURPOSES[log], region)}-copy"

    def access_logs_of_copies(self, region: str) -> str:
        """Bucket that records access to the copies in a Region."""
        return f"{self._bucket('access-logs', region)}-copy"

    @property
    def session_log_bucket(self) -> str:
        """Bucket of the recorded sessions on instances."""
        return self._bucket("session-logs")

    @property
    def inventory_bucket(self) -> str:
        """Bucket of the software inventory of all instances."""
        return self._bucket("inventory")

    @property
    def log_buckets(self) -> tuple[str, ...]:
        """All buckets of the log archive in the home Region that are always there."""
        return (
            self.access_log_bucket,
            self.config_bucket,
            self.flow_log_bucket,
            self.guardduty_bucket,
            self.inventory_bucket,
            self.cloudtrail_bucket,
            self.session_log_bucket,
        )

    @property
    def log_key_pattern(self) -> str:
        """ARN pattern of the keys of the log archive; their IDs are known only there."""
        return self._key_arn("key/*")

    @property
    def cloudtrail_key_alias(self) -> str:
        """Alias of the key of the trail bucket."""
        return f"alias/{self.prefix}-logs"

    @property
    def config_key_alias(self) -> str:
        """Alias of the key of the Config bucket."""
        return f"alias/{self.prefix}-config"

    @property
    def flow_log_key_alias(self) -> str:
        """Alias of the key of the flow-log bucket."""
        return f"alias/{self.prefix}-flow-logs"

    @property
    def web_acl_key_alias(self) -> str:
        """Alias of the key of the bucket of AWS WAF."""
        return f"alias/{self.prefix}-web-acl-logs"

    def log_copy_key_alias(self, log: Log) -> str:
        """Alias of the key of the copies of a log."""
        return f"alias/{self.prefix}-{_PURPOSES[log]}-copy"

    def copy_key_pattern(self, region: str, account: str | None) -> str:
        """ARN pattern of the keys of copies; their IDs are known only where they are."""
        return f"arn:{self.partition}:kms:{region}:{account or self.log_archive}:key/*"

    @property
    def replication_role(self) -> str:
        """Role with which Amazon S3 copies logs."""
        return f"{self.prefix}-log-replication"

    @property
    def replication_alarms(self) -> str:
        """Start of the names of the alarms about logs that were not copied."""
        return f"{self.prefix}-log-replication-"

    @property
    def replication_alarm_arns(self) -> str:
        """ARN pattern of those alarms."""
        return (
            f"arn:{self.partition}:cloudwatch:{self.home_region}:{self.log_archive}"
            f":alarm:{self.replication_alarms}*"
        )

    @property
    def cloudtrail_key_arn(self) -> str:
        """ARN of the alias of the trail bucket's key."""
        return self._key_arn(self.cloudtrail_key_alias)

    @property
    def config_key_arn(self) -> str:
        """ARN of the alias of the Config bucket's key."""
        return self._key_arn(self.config_key_alias)

    @property
    def flow_log_key_arn(self) -> str:
        """ARN of the alias of the flow-log bucket's key."""
        return self._key_arn(self.flow_log_key_alias)

    # SIEM export (log archive, security and management accounts, home Region)

    @property
    def siem_reader_role(self) -> str:
        """Role of the log archive account that a SIEM reads logs with."""
        return f"{self.prefix}-siem-reader"

    @property
    def siem_reader_role_arn(self) -> str:
        """ARN of that role, for keys of other accounts."""
        return f"arn:{self.partition}:iam::{self.log_archive}:role/{self.siem_reader_role}"

    @property
    def siem_trail_destination(self) -> str:
        """Destination in the security account that the trail's log group is sent to."""
        return f"{self.prefix}-siem-trail"

    @property
    def siem_trail_destination_arn(self) -> str:
        """ARN of that destination, for the subscription in the management account."""
        return (
            f"arn:{self.partition}:logs:{self.home_region}:{self.security}"
            f":destination:{self.siem_trail_destination}"
        )

    @property
    def lake_replication_role(self) -> str:
        """Role with which S3 copies the lake to the home Region; AWS prescribes how it starts."""
        return f"SecurityLake-{self.prefix}-replication"

    @property
    def lake_replication_role_arn(self) -> str:
        """ARN of that role, for the lakes of other Regions."""
        return f"arn:{self.partition}:iam::{self.log_archive}:role/{self.lake_replication_role}"

    @property
    def lake_key_alias(self) -> str:
        """Alias of the lake's key in every governed Region, by which roles know it."""
        return f"alias/{self.prefix}-security-lake"

    @property
    def lake_metastore_role_arn(self) -> str:
        """ARN of the role that indexes the lake; Security Lake knows it by this name only."""
        role = "service-role/AmazonSecurityLakeMetaStoreManagerV2"
        return f"arn:{self.partition}:iam::{self.log_archive}:role/{role}"

    @property
    def lake_subscriber_role_pattern(self) -> str:
        """Pattern of the roles that Security Lake makes for subscribers: their names are UUIDs."""
        uuid = "-".join("?" * length for length in (8, 4, 4, 4, 12))
        return f"arn:{self.partition}:iam::{self.log_archive}:role/AmazonSecurityLake-{uuid}"

    # Findings (security account, home Region)

    @property
    def event_bus(self) -> str:
        """Name of the bus that collects the organization's security events."""
        return f"{self.prefix}-security"

    @property
    def event_bus_arn(self) -> str:
        """ARN of the bus that collects the organization's security events."""
        return (
            f"arn:{self.partition}:events:{self.home_region}:{self.security}"
            f":event-bus/{self.event_bus}"
        )

    @property
    def detector_parameter(self) -> str:
        """Parameter of each other Region with the ID of its GuardDuty detector.

        Guardrails keep the path of the prefix alone for deployers; a function writes this one.
        """
        return f"/{self.prefix}-regions/guardduty/detector"

    @property
    def export_key_parameter(self) -> str:
        """Parameter of each other Region with the ARN of the key of exported findings."""
        return f"/{self.prefix}-regions/guardduty/export-key"

    def topic(self, severity: str) -> str:
        """Name of the topic that sends out findings of a severity, such as ``critical``."""
        return f"{self.prefix}-findings-{severity}"

    def topic_arn(self, severity: str) -> str:
        """ARN of the topic of a severity, for other stacks of the security account."""
        return f"arn:{self.partition}:sns:{self.home_region}:{self.security}:{self.topic(severity)}"

    def team_topic(self, team: str) -> str:
        """Name of the topic of a team that hears of its own accounts."""
        return self.topic(f"team-{team}")

    def chat_topic(self, channel: str) -> str:
        """Name of the topic of a chat channel."""
        return self.topic(f"chat-{channel}")

    @property
    def finding_formatter_role(self) -> str:
        """Role of the function that writes messages of findings."""
        return f"{self.prefix}-finding-formatter"

    @property
    def paging(self) -> str:
        """Name of the connection and the API destination of the paging service."""
        return f"{self.prefix}-paging"

    @property
    def alarm_arns(self) -> str:
        """ARN pattern of the baseline's alarms in the security account's home Region."""
        return (
            f"arn:{self.partition}:cloudwatch:{self.home_region}:{self.security}"
            f":alarm:{self.prefix}-*"
        )

    # Responses (security account, home Region)

    @property
    def open_port_closer_role(self) -> str:
        """Role of the open-port closer, which may assume the responder role of every account."""
        return f"{self.prefix}-open-port-closer"

    @property
    def open_port_schedules(self) -> str:
        """Schedule group of the ends of exemptions."""
        return f"{self.prefix}-open-port-exemptions"

    @property
    def open_port_rule(self) -> str:
        """Config rule of every account and Region that finds open ports."""
        return f"{self.prefix}-open-ports"

    def forwarding_rule(self, id: str) -> str:
        """Name of the rule that sends events of a kind, such as ``RootActivity``, to the bus."""
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", id).lower()
        return f"{self.prefix}-forward-{words}"

    @property
    def rule_pack(self) -> str:
        """Name of the conformance pack about root and IAM users."""
        return f"{self.prefix}-root-and-iam"

    @property
    def resource_rule_pack(self) -> str:
        """Name of the conformance pack about resources; further packs are numbered from 2."""
        return f"{self.prefix}-resource-rules"

    @property
    def remediation_role(self) -> str:
        """Role in every account with which Systems Manager repairs what a rule found."""
        return f"{self.prefix}-config-remediation"

    @property
    def aggregator(self) -> str:
        """Name of the view of AWS Config over the organization."""
        return f"{self.prefix}-aggregator"

    @property
    def aggregator_role(self) -> str:
        """Role with which that view lists the accounts."""
        return f"{self.prefix}-config-aggregator"

    # Roles in every account

    @property
    def responder_role(self) -> str:
        """Role that contains what is exposed in an account."""
        return f"{self.prefix}-responder"

    @property
    def audit_role(self) -> str:
        """Role that reads an account's security settings."""
        return f"{self.prefix}-audit"

    @property
    def settings_role(self) -> str:
        """Role that applies the account settings CloudFormation has no type for."""
        return f"{self.prefix}-settings"

    @property
    def config_role(self) -> str:
        """Role of the Config recorder."""
        return f"{self.prefix}-config-recorder"

    @property
    def event_forwarding_role(self) -> str:
        """Role that EventBridge uses to send events to the home bus."""
        return f"{self.prefix}-event-forwarding"

    # Instances and their sessions (every account; every governed Region where not said otherwise)

    @property
    def host_management_role(self) -> str:
        """Role that Systems Manager gives to instances without a profile of their own."""
        return f"{self.prefix}-host-management"

    @property
    def session_recording_policy(self) -> str:
        """Managed policy that an instance's role needs where sessions are recorded."""
        return f"{self.prefix}-session-recording"

    @property
    def session_key_alias(self) -> str:
        """Alias of the key of sessions and of their log group."""
        return f"alias/{self.prefix}-sessions"

    @property
    def session_log_group(self) -> str:
        """Log group that sessions are streamed to."""
        return f"{self.prefix}-sessions"

    @property
    def inventory(self) -> str:
        """Association that gathers the inventory, and the sync that brings it to the archive."""
        return f"{self.prefix}-inventory"

    @property
    def resource_view(self) -> str:
        """Resource Explorer's view of an account (home Region)."""
        return f"{self.prefix}-resources"

    @property
    def organization_view(self) -> str:
        """Resource Explorer's view of the organization (security account, home Region)."""
        return f"{self.prefix}-organization"

    # Roles in the security account that may assume the ones above

    @property
    def audit_reader_role(self) -> str:
        """Role that may assume the audit role of every account."""
        return f"{self.prefix}-audit-reader"

    @property
    def settings_reconciler_role(self) -> str:
        """Role that may assume the settings role of every account."""
        return f"{self.prefix}-settings-reconciler"

    # Networks (network account, home Region)

    @property
    def organization_arn(self) -> str:
        """ARN of the organization, which resources are shared with."""
        return (
            f"arn:{self.partition}:organizations::{self.management}"
            f":organization/{self.organization_id}"
        )

    @property
    def transit_gateway(self) -> str:
        """Name of the share of the transit gateway."""
        return f"{self.prefix}-transit-gateway"

    @property
    def inspection(self) -> str:
        """Name of the network firewall, and start of the names of its policy and rule groups."""
        return f"{self.prefix}-inspection"

    # Account settings (security account, home Region)

    @property
    def settings_machine(self) -> str:
        """State machine that keeps the account settings; its alarms' names begin with it."""
        return f"{self.prefix}-account-settings"

    @property
    def settings_machine_arn(self) -> str:
        """ARN of that state machine, for whoever starts it by hand."""
        return (
            f"arn:{self.partition}:states:{self.home_region}:{self.security}"
            f":stateMachine:{self.settings_machine}"
        )

    # Access keys and root credentials (security account, home Region)

    @property
    def access_key_sweep(self) -> str:
        """State machine that rotates access keys."""
        return f"{self.prefix}-access-keys"

    @property
    def credential_rotator_role(self) -> str:
        """Role that may assume the credentials role of every account."""
        return f"{self.prefix}-credential-rotator"

    @property
    def credentials_role(self) -> str:
        """Role in every account that handles the credentials of IAM users."""
        return f"{self.prefix}-credentials"

    @property
    def access_key_secrets(self) -> str:
        """Start of the names of the secrets that hold successors of access keys."""
        return f"{self.prefix}-access-key/"

    @property
    def root_sweep(self) -> str:
        """State machine that looks for root credentials."""
        return f"{self.prefix}-root-credentials"

    @property
    def root_removal(self) -> str:
        """State machine that removes approved root credentials."""
        return f"{self.prefix}-root-removal"

    @property
    def root_approval_policy(self) -> str:
        """Policy of those who start and approve the removal of root credentials."""
        return f"{self.prefix}-root-approval"

    # Services that the security account administers (security account, home Region)

    @property
    def macie_bucket(self) -> str:
        """Bucket of Macie's discovery results, in the log archive account."""
        return self._bucket("macie")

    @property
    def membership_sweep(self) -> str:
        """State machine that makes every account a member of Macie and Detective."""
        return f"{self.prefix}-detection-members"

    @property
    def membership_role(self) -> str:
        """Role of its function, which administers both services."""
        return f"{self.prefix}-detection-administrator"

    @property
    def trusted_advisor_sweep(self) -> str:
        """State machine that reads Trusted Advisor in every account."""
        return f"{self.prefix}-trusted-advisor-checks"

    @property
    def trusted_advisor_reader_role(self) -> str:
        """Role of its function, which may assume the role below."""
        return f"{self.prefix}-trusted-advisor-reader"

    @property
    def trusted_advisor_role(self) -> str:
        """Role in every account that reads and refreshes the checks."""
        return f"{self.prefix}-trusted-advisor"

    # People and their roles

    @property
    def boundary(self) -> str:
        """Permissions boundary of every account, a managed policy."""
        return f"{self.prefix}-boundary"

    @property
    def break_glass_group(self) -> str:
        """Group of the break-glass users in the management account."""
        return f"{self.prefix}-break-glass"

    @property
    def mfa_group(self) -> str:
        """Group for IAM users that still exist, in every account."""
        return f"{self.prefix}-second-factor"

    def deploy_role(self, name: str) -> str:
        """Role of a pipeline."""
        return f"{self.prefix}-deploy-{name}"

    @property
    def identity_assignments(self) -> str:
        """State machine that keeps the assignments of units (account of Identity Center)."""
        return f"{self.prefix}-identity-assignments"

    @property
    def identity_parameters(self) -> str:
        """Path of the parameters that hold the assignments of units."""
        return f"/{self.prefix}/identity-center/assignments"

    # Billing and Control Tower (management account)

    def _bucket(self, purpose: str, region: str | None = None) -> str:
        return f"{self.prefix}-{purpose}-{self.log_archive}-{region or self.home_region}"

    def _key_arn(self, alias: str) -> str:
        return f"arn:{self.partition}:kms:{self.home_region}:{self.log_archive}:{alias}"
