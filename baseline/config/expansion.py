"""A standalone account as the smallest organization: one account in all roles.

So the stacks and constructs of organizations serve it, and nothing exists twice.
"""

from __future__ import annotations

from baseline.config.access_analyzer import AccessAnalyzerSettings, UnusedAccess
from baseline.config.accounts import CoreAccount, CoreAccounts, Organization
from baseline.config.capabilities import Capabilities, ConfigSettings
from baseline.config.configuration import CHECKED_ELSEWHERE, Configuration
from baseline.config.network import NetworkSettings
from baseline.config.organization_policies import S3Attributes
from baseline.config.patching import Patching
from baseline.config.response import Playbooks, Response
from baseline.config.security_hub import SecurityHubSettings
from baseline.config.standalone import Standalone
from baseline.config.trusted_advisor import TrustedAdvisorSettings


def expanded(standalone: Standalone) -> Configuration:
    """Give the configuration of an organization that consists of one account and does not exist.

    The account stands for the organization in conditions (`baseline/primitives/circle.py`). What
    needs an organization is off.
    """
    account = CoreAccount(id=standalone.account.id, email=standalone.account.email)
    organization = Organization.model_construct(
        id=standalone.account.id, root_id="", email_domains=standalone.account.email_domains
    )
    values = {
        name: getattr(standalone, name)
        for name in (
            "prefix",
            "home_region",
            "regions",
            "contacts",
            "break_glass",
            "notifications",
            "log_archive",
            "account_settings",
            "systems_manager",
            "billing",
        )
    }
    return Configuration.model_validate(
        {
            **values,
            "organization": organization,
            "accounts": CoreAccounts(**dict.fromkeys(CoreAccounts.model_fields, account)),
            "organizational_units": {},
            "network": standalone.network or NetworkSettings(),
            "patching": Patching(enabled=False),
            "response": Response(
                open_ports=standalone.response.open_ports, playbooks=Playbooks(enabled=False)
            ),
            "capabilities": _capabilities(standalone),
        },
        context=CHECKED_ELSEWHERE,
    )


def _capabilities(standalone: Standalone) -> Capabilities:
    chosen = standalone.capabilities
    hub, analyzer = chosen.security_hub, chosen.access_analyzer
    return Capabilities(
        guardduty=chosen.guardduty,
        security_hub=SecurityHubSettings(
            enabled=hub.enabled,
            standards=hub.standards,
            accepted=hub.accepted,
            insights=hub.insights,
        ),
        config=ConfigSettings(
            enabled=chosen.config.enabled, rules=chosen.config.rules, aggregator=False
        ),
        activity_alarms=chosen.activity_alarms,
        access_analyzer=AccessAnalyzerSettings(
            enabled=analyzer.enabled,
            accepted=analyzer.accepted,
            unused_access=UnusedAccess(
                enabled=analyzer.unused_access.enabled, days=analyzer.unused_access.days
            ),
        ),
        trusted_advisor=TrustedAdvisorSettings(enabled=False),
        s3_public_access_block=S3Attributes(enabled=False),
    )
