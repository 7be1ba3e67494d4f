"""Pairs: the example passes every check; each unsafe or impossible request is one clear finding."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from baseline.config import quotas
from baseline.config.checks.mail import public_providers

Found = Callable[[dict[str, object]], list[str]]


def test_the_example_has_no_findings(found: Found) -> None:
    assert found({}) == []


ACCOUNT = {"email": "aws-more@example.com", "ou": "Sandbox"}
PIPELINE = {"provider": "github", "repository": "example/baseline", "branch": "main"}


def client_vpn(**changes: object) -> dict[str, object]:
    access = {"Ops": {"group": "operators", "network": changes.pop("network", "10.0.0.0/20")}}
    return {
        "client_cidr": "172.20.0.0/20",
        "server_certificate_arn": "arn:aws:acm:eu-west-1:444444444444:certificate/c",
        "saml_provider_arn": "arn:aws:iam::444444444444:saml-provider/vpn",
        "access": access,
        **changes,
    }


ROUTE = {"units": ["Workloads"], "addresses": ["team@example.com"]}
SLACK = {"workspace": "T0123ABCD", "channel": "C0123ABCD"}
TEAMS = {
    "tenant": "11111111-2222-3333-4444-555555555555",
    "team": "66666666-7777-8888-9999-000000000000",
    "channel": "19%3aabc%40thread.tacv2",
}
SECRET = "arn:aws:secretsmanager:eu-west-1:333333333333:secret:paging-a1B2c3"
PAGER = {"service": "pagerduty", "secret": SECRET}


# What is asked for, and the one finding that it causes (path and start of the message).
REFUSED: list[tuple[str, dict[str, object], str]] = [
    (
        "a route for a unit that does not exist",
        {"notifications.routes": {"payments": {**ROUTE, "units": ["Workloads/Prod"]}}},
        "notifications.routes.payments.units[0]: 'Workloads/Prod' is not an organizational unit; did you mean",
    ),
    (
        "a route for an account that does not exist",
        {"notifications.routes": {"payments": {**ROUTE, "accounts": ["payments-prod"]}}},
        "notifications.routes.payments.accounts[0]: 'payments-prod' is not an account; did you mean",
    ),
    (
        "a route to a channel that does not exist",
        {"notifications.routes": {"payments": {**ROUTE, "channels": ["ops"]}}},
        "notifications.routes.payments.channels[0]: 'ops' is not a channel of notifications.chat; there is none",
    ),
    (
        "a route that starts nowhere",
        {"notifications.routes": {"payments": {"addresses": ["team@example.com"]}}},
        "notifications.routes.payments: names neither units nor accounts",
    ),
    (
        "a route that leads nowhere",
        {"notifications.routes": {"payments": {"units": ["Workloads"]}}},
        "notifications.routes.payments: reaches nobody; name addresses or channels",
    ),
    (
        "a route to a public mailbox",
        {"notifications.routes": {"payments": {**ROUTE, "addresses": ["team@gmail.com"]}}},
        "notifications.routes.payments.addresses[0]: 'team@gmail.com' is not in email_domains",
    ),
    (
        "a team whose name is no name",
        {"notifications.routes": {"Pay Ments": ROUTE}},
        "notifications.routes.Pay Ments: 'Pay Ments' is not a name for a team or channel",
    ),
    (
        "more routes than fit",
        {
            "organizational_units.Sandbox.units": {"x" * 120: {}},
            "notifications.routes": {
                f"team-{number}": {**ROUTE, "units": [f"Sandbox/{'x' * 120}"]}
                for number in range(20)
            },
        },
        "notifications.routes: are ",
    ),
    (
        "a Slack channel by its name",
        {"notifications.chat": {"ops": {"slack": {**SLACK, "channel": "#security"}}}},
        "notifications.chat.ops.slack.channel: '#security' is not the ID of a Slack channel",
    ),
    (
        "a Slack workspace by its name",
        {"notifications.chat": {"ops": {"slack": {**SLACK, "workspace": "example"}}}},
        "notifications.chat.ops.slack.workspace: 'example' is not the ID of a Slack workspace",
    ),
    (
        "a channel of Microsoft Teams that is not encoded",
        {"notifications.chat": {"ops": {"teams": {**TEAMS, "channel": "19:abc@thread.tacv2"}}}},
        "notifications.chat.ops.teams.channel: '19:abc@thread.tacv2' is not the encoded ID",
    ),
    (
        "a team of Microsoft Teams by its name",
        {"notifications.chat": {"ops": {"teams": {**TEAMS, "team": "Security"}}}},
        "notifications.chat.ops.teams.team: 'Security' is not a UUID",
    ),
    (
        "a channel of both",
        {"notifications.chat": {"ops": {"slack": SLACK, "teams": TEAMS}}},
        "notifications.chat.ops: names both slack and teams; split it",
    ),
    (
        "a channel of nobody",
        {"notifications.chat": {"ops": {}}},
        "notifications.chat.ops: names neither slack nor teams",
    ),
    (
        "a channel to which nothing comes",
        {"notifications.chat": {"ops": {"slack": SLACK, "severities": []}}},
        "notifications.chat.ops.severities: is empty and no route names the channel",
    ),
    (
        "a pager without TLS",
        {"notifications.paging": {**PAGER, "endpoint": "http://pager.example.com/alerts"}},
        "notifications.paging.endpoint: 'http://pager.example.com/alerts' is not an HTTPS address",
    ),
    (
        "a pager's key in its address",
        {"notifications.paging": {**PAGER, "endpoint": "https://pager.example.com/alerts?key=1"}},
        "notifications.paging.endpoint: 'https://pager.example.com/alerts?key=1' is not an HTTPS address without query",
    ),
    (
        "a generic pager without an address",
        {"notifications.paging": {**PAGER, "service": "generic"}},
        "notifications.paging: names no endpoint",
    ),
    (
        "the pager's key itself",
        {"notifications.paging": {**PAGER, "secret": "R0123456789ABCDEF0123456789ABCDE"}},
        "notifications.paging.secret: 'R0123456789ABCDEF0123456789ABCDE' is not the full ARN of a secret",
    ),
    (
        "a secret in another account",
        {
            "notifications.paging": {
                **PAGER,
                "secret": SECRET.replace("333333333333", "111111111111"),
            }
        },
        "notifications.paging.secret: stands in account 111111111111, eu-west-1; CloudFormation reads it in the security account 333333333333",
    ),
    (
        "a secret in another Region",
        {"notifications.paging": {**PAGER, "secret": SECRET.replace("eu-west-1", "eu-central-1")}},
        "notifications.paging.secret: stands in account 333333333333, eu-central-1",
    ),
    (
        "nobody may break the glass",
        {"break_glass.users": []},
        "break_glass.users: is empty, and federated_roles too: nobody could assume the emergency role",
    ),
    (
        "everybody may break the glass",
        {"break_glass.users": ["break-glass-*", "second"]},
        "break_glass.users[0]: 'break-glass-*' is not the name of one IAM user",
    ),
    (
        "a federated role with a wildcard",
        {"break_glass.federated_roles": ["sso/*"]},
        "break_glass.federated_roles[0]: 'sso/*' is not the name of one IAM role, with its path",
    ),
    (
        "an emergency role named like one of ours",
        {"break_glass.role": "secbase-emergency"},
        "break_glass.role: 'secbase-emergency' starts like the roles of the baseline (secbase-)",
    ),
    (
        "an emergency role that is the security team's",
        {"break_glass.role": "Security", "guardrails": {"security_role": "Security"}},
        "break_glass.role: 'Security' is guardrails.security_role already",
    ),
    (
        "any repository may deploy",
        {"iam.deploy_roles": {"all": {**PIPELINE, "repository": "example/*"}}},
        "iam.deploy_roles.all.repository: 'example/*' is not one repository or project with its owner",
    ),
    (
        "any branch may deploy",
        {"iam.deploy_roles": {"all": {**PIPELINE, "branch": "*"}}},
        "iam.deploy_roles.all.branch: '*' is not the name of one environment, branch or tag",
    ),
    (
        "every run may deploy",
        {"iam.deploy_roles": {"all": {"provider": "github", "repository": "example/baseline"}}},
        "iam.deploy_roles.all: names no environment, branch or tag; a github role needs exactly one",
    ),
    (
        "two kinds of runs",
        {"iam.deploy_roles": {"all": {**PIPELINE, "environment": "production"}}},
        "iam.deploy_roles.all: names environment and branch; a github role needs exactly one",
    ),
    (
        "a kind of run that the platform does not have",
        {
            "iam.deploy_roles": {
                "all": {"provider": "gitlab", "repository": "a/b", "environment": "production"}
            }
        },
        "iam.deploy_roles.all: names environment; a gitlab role needs exactly one of branch and tag",
    ),
    (
        "a deploy role in an unknown account",
        {"iam.deploy_roles": {"all": {**PIPELINE, "account": "shared-services"}}},
        "iam.deploy_roles.all.account: 'shared-services' is not a core account; did you mean 'shared_services'?",
    ),
    (
        "a deploy role in the management account",
        {"iam.deploy_roles": {"all": {**PIPELINE, "account": "management"}}},
        "iam.deploy_roles.all.account: a pipeline enters through another account than the management account",
    ),
    (
        "a repository of GitLab's kind on GitHub",
        {"iam.deploy_roles": {"all": {**PIPELINE, "repository": "a/b/c"}}},
        "iam.deploy_roles.all.repository: 'a/b/c' is not owner/repository, as on GitHub",
    ),
    (
        "a GitHub of one's own",
        {"iam.deploy_roles": {"all": {**PIPELINE, "host": "git.example.com"}}},
        "iam.deploy_roles.all.host: only a gitlab role has a host",
    ),
    (
        "a deploy role's name that is no name",
        {"iam.deploy_roles": {"Deploy_All": PIPELINE}},
        "iam.deploy_roles.Deploy_All: 'Deploy_All' is not a name for a deploy role",
    ),
    (
        "alarm for an activity that the benchmark does not name",
        {"capabilities": {"activity_alarms": {"thresholds": {"root-usage": 1}}}},
        "capabilities.activity_alarms.thresholds.root-usage: 'root-usage' is not one of ",
    ),
    (
        "alarm after no event",
        {"capabilities": {"activity_alarms": {"thresholds": {"root-use": 0}}}},
        "capabilities.activity_alarms.thresholds.root-use: 0 is too small: at least 1",
    ),
    (
        "alarms to a public mailbox",
        {"notifications.activity": ["somebody@gmail.com"]},
        "notifications.activity[0]: 'somebody@gmail.com' is not in email_domains",
    ),
    (
        "two core accounts alike",
        {"accounts.network.id": "333333333333"},
        "accounts.network.id: '333333333333' is the ID of accounts.security already",
    ),
    (
        "a member is a core account",
        {"members.payments-test.id": "111111111111"},
        "members.payments-test.id: '111111111111' is the ID of accounts.management already",
    ),
    (
        "account ID with 11 digits",
        {"accounts.network.id": "44444444444"},
        "accounts.network.id: '44444444444' is not an AWS account ID: 12 digits, in quotes",
    ),
    (
        "Account.1 security contact missing",
        {"contacts.security": "<absent>"},
        "contacts.security: is missing (Gets abuse and security notices)",
    ),
    (
        "telephone number without country code",
        {"contacts.billing.phone": "030 123456"},
        "contacts.billing.phone: '030 123456' is not a telephone number in E.164 form",
    ),
    (
        "IAM.15 passwords shorter than the benchmark asks for",
        {"account_settings.password_policy": {"minimum_length": 8}},
        "account_settings.password_policy.minimum_length: 8 is weaker than the benchmark asks for (at least 14); raise it, or add minimum_length to weaker",
    ),
    (
        "IAM.16 few passwords remembered",
        {"account_settings.password_policy": {"reuse_prevention": 5}},
        "account_settings.password_policy.reuse_prevention: 5 is weaker than the benchmark",
    ),
    (
        "IAM.17 passwords for ever",
        {"account_settings.password_policy": {"maximum_age_days": None}},
        "account_settings.password_policy.maximum_age_days: null is weaker than the benchmark asks for (at most 90)",
    ),
    (
        "IAM.13 passwords without symbols",
        {"account_settings.password_policy": {"symbols": False}},
        "account_settings.password_policy.symbols: false is weaker than the benchmark asks for (true)",
    ),
    (
        "a rule called weak that is not",
        {"account_settings.password_policy": {"weaker": ["numbers"]}},
        "account_settings.password_policy.weaker[0]: 'numbers' is not weaker than the benchmark",
    ),
    (
        "a setting that is not known",
        {"account_settings.off": ["default_vcp"]},
        "account_settings.off[0]: 'default_vcp' is not",
    ),
    (
        "an alias without its start",
        {"account_settings.ebs_key_alias": "volumes"},
        "account_settings.ebs_key_alias: 'volumes' is not the alias of a key",
    ),
    (
        "sessions recorded in two places",
        {"account_settings.session_manager": {"recording": "required", "log_group": "ours"}},
        "account_settings.session_manager.log_group: 'ours' is another place than that of recording: 'required'; take log_group out, or set recording to none",
    ),
    (
        "sessions under two keys",
        {"account_settings.session_manager": {"recording": "prepared", "key_alias": "alias/ours"}},
        "account_settings.session_manager.key_alias: 'alias/ours' is another place than that of recording: 'prepared'",
    ),
    (
        "sessions to be recorded, and nobody keeps the preferences",
        {
            "account_settings.session_manager": {"recording": "required"},
            "account_settings.off": ["session_preferences"],
        },
        "account_settings.session_manager.recording: 'required' needs the setting session_preferences; take it out of account_settings.off, or set recording to none",
    ),
    (
        "a recording that is not known",
        {"account_settings.session_manager": {"recording": "always"}},
        "account_settings.session_manager.recording: 'always' is not",
    ),
    (
        "a switch of Systems Manager that is not known",
        {"systems_manager.host_management": True},
        "systems_manager.host_management: unknown key; did you mean 'default_host_management'?",
    ),
    (
        "a Region without service settings",
        {"regions": ["eu-west-1", "me-central-1"]},
        "regions[1]: CloudFormation has no AWS::SSM::ServiceSetting in 'me-central-1'; leave the Region out, or switch off systems_manager.default_host_management, systems_manager.block_public_documents, systems_manager.automation_logs",
    ),
    (
        "personal root address",
        {"accounts.security.email": "ops@gmail.com"},
        "accounts.security.email: 'ops@gmail.com' is not in email_domains [example.com]; use a corporate address that a team reads",
    ),
    (
        "root address of another company",
        {"members.payments-test.email": "aws@example.org"},
        "members.payments-test.email: 'aws@example.org' is not in email_domains [example.com]",
    ),
    (
        "domain that only ends alike",
        {"members.payments-test.email": "aws@notexample.com"},
        "members.payments-test.email: 'aws@notexample.com' is not in email_domains",
    ),
    (
        "personal contact",
        {"contacts.security.email": "ops@web.de"},
        "contacts.security.email: 'ops@web.de' is not in email_domains",
    ),
    (
        "findings to a personal mailbox",
        {"notifications.critical": ["me@icloud.com"]},
        "notifications.critical[0]: 'me@icloud.com' is not in email_domains",
    ),
    (
        "public mail provider as domain of the company",
        {"organization.email_domains": ["example.com", "outlook.com"]},
        "organization.email_domains[1]: 'outlook.com' is a public mail provider",
    ),
    (
        "one root address for two accounts",
        {"accounts.network.email": "AWS-Security@example.com"},
        "accounts.network.email: 'AWS-Security@example.com' is the address of accounts.security already",
    ),
    (
        "nobody gets critical findings",
        {"notifications.critical": []},
        "notifications.critical: is an empty list; at least 1 entry is needed",
    ),
    (
        "account in a unit that is not there",
        {"accounts.security.ou": "Securty"},
        "accounts.security.ou: 'Securty' is not a unit of organizational_units; did you mean 'Security'?",
    ),
    (
        "account in a unit by its last name only",
        {"members.payments-test.ou": "Test"},
        "members.payments-test.ou: 'Test' is not a unit of organizational_units; did you mean 'Workloads/Test'?",
    ),
    (
        "core account left in the root, where no guardrail binds it",
        {"accounts.security.ou": "<absent>"},
        "accounts.security: has no ou; name the unit it stands in, such as Security",
    ),
    (
        "management account in a unit",
        {"accounts.management.ou": "Security"},
        "accounts.management.ou: the management account stands in the root; remove this key",
    ),
    (
        "member named like a core account",
        {"members.log-archive": ACCOUNT},
        "members.log-archive: is the name of a core account",
    ),
    (
        "more accounts than one deployment creates",
        {
            f"members.new-{number:02}": {"email": f"aws-new-{number}@example.com", "ou": "Sandbox"}
            for number in range(quotas.CREATED_ACCOUNTS_PER_CONFIGURATION)
        },
        "members.new-19: is member 21 without an id, of 21; at most 20 are created in one configuration",
    ),
    (
        "tree of units too deep",
        {"organizational_units.Workloads.units.Test.units.C.units.D.units.E.units.F": {}},
        "organizational_units.Workloads.units.Test.units.C.units.D.units.E.units.F: is on level 6; AWS Organizations allows 5 levels",
    ),
    (
        "units that differ only in case",
        {"organizational_units.sandbox": {}},
        "organizational_units.sandbox: differs only in case from the unit 'Sandbox' beside it",
    ),
    (
        "existing unit in a new one",
        {"organizational_units.Workloads.units.Test.id": "ou-exam-12345678"},
        "organizational_units.Workloads.units.Test.id: an existing unit cannot stand in a new one: give organizational_units.Workloads its id too",
    ),
    (
        "unit of another organization",
        {"organizational_units.Sandbox.id": "ou-abcd-12345678"},
        "organizational_units.Sandbox.id: 'ou-abcd-12345678' belongs to another root than 'r-exam'",
    ),
    (
        "one ID for two units",
        {
            "organizational_units.Sandbox.id": "ou-exam-12345678",
            "organizational_units.Suspended.id": "ou-exam-12345678",
        },
        "organizational_units.Suspended.id: 'ou-exam-12345678' is the ID of Sandbox already",
    ),
    (
        "unit with a slash in its name",
        {"organizational_units.Work/loads": {}},
        "organizational_units.Work/loads: 'Work/loads' is not a name for a unit",
    ),
    (
        "unknown Region",
        {"regions": ["eu-west-1", "eu-wst-3"]},
        "regions[1]: 'eu-wst-3' is not a Region; did you mean 'eu-west-3'?",
    ),
    (
        "Region of another partition",
        {"regions": ["eu-west-1", "us-gov-west-1"]},
        "regions[1]: 'us-gov-west-1' is not a Region",
    ),
    (
        "home Region not governed",
        {"home_region": "us-east-1"},
        "home_region: 'us-east-1' is not in regions [eu-west-1, eu-central-1]; add it there",
    ),
    (
        "a Region twice",
        {"regions": ["eu-west-1", "eu-west-1"]},
        "regions[1]: 'eu-west-1' stands in the list already; remove it",
    ),
    (
        "opt-in home Region, which Security Hub refuses",
        # Its budgets would have to stand elsewhere, too: a finding of its own.
        {"home_region": "eu-south-1", "regions": ["eu-south-1"], "billing": {}},
        "home_region: 'eu-south-1' is an opt-in Region, where Security Hub cannot collect the findings of others",
    ),
    (
        "SecurityHub without Config.1",
        {"capabilities": {"config": {"enabled": False}}},
        "capabilities.config.enabled: Security Hub evaluates its controls with AWS Config",
    ),
    (
        "public range for the VPC",
        {"network.cidr": "8.8.0.0/16"},
        "network.cidr: '8.8.0.0/16' is not private",
    ),
    (
        "range larger than a VPC",
        {"network.cidr": "10.0.0.0/8"},
        "network.cidr: '10.0.0.0/8' is too large for a VPC; use a prefix from /16 to /24",
    ),
    (
        "range too small for the subnets",
        {"network.cidr": "10.0.0.0/25"},
        "network.cidr: '10.0.0.0/25' is too small for a VPC; use a prefix from /16 to /24",
    ),
    (
        "range too small for the endpoints",
        {
            "network.cidr": "10.0.0.0/24",
            "network.interface_endpoints": [f"service{number}" for number in range(28)],
        },
        "network.cidr: '10.0.0.0/24' gives each private subnet 27 addresses, and 28 interface endpoints take one each",
    ),
    (
        "range that starts in the middle",
        {"network.cidr": "10.0.0.1/20"},
        "network.cidr: '10.0.0.1/20' does not name a range by its first address and prefix; did you mean '10.0.0.0/20'?",
    ),
    (
        "no range at all",
        {"network.cidr": "10.0.0.0/99"},
        "network.cidr: '10.0.0.0/99' is not an IPv4 range",
    ),
    (
        "anything else as a range",
        {"network.cidr": "ten"},
        "network.cidr: 'ten' is not an IPv4 range, such as 10.0.0.0/20",
    ),
    (
        "IPAM beside a range",
        {
            "network.cidr": "10.1.0.0/20",
            "network.ipam": {"pool_id": "ipam-pool-0123456789abcdef0", "netmask_length": 20},
        },
        "network.cidr: stands beside ipam, which allocates the range; remove one of them",
    ),
    (
        "IPAM range too small for the public tier",
        {
            "network.ipam": {"pool_id": "ipam-pool-0123456789abcdef0", "netmask_length": 24},
            "network.public_tier": True,
        },
        "network.ipam.netmask_length: '10.0.0.0/24' is too small for the public tier",
    ),
    (
        "range too small for the public tier",
        {"network.cidr": "10.0.0.0/24", "network.public_tier": True},
        "network.cidr: '10.0.0.0/24' is too small for the public tier",
    ),
    (
        "inspection in the VPC's own range",
        {"network.inspection": {"form": "central", "cidr": "10.0.0.0/18"}},
        "network.inspection.cidr: '10.0.0.0/18' overlaps network.cidr '10.0.0.0/20'; choose another range",
    ),
    (
        "clients in the VPC's range",
        {"network.client_vpn": client_vpn(client_cidr="10.0.0.0/16")},
        "network.client_vpn.client_cidr: '10.0.0.0/16' overlaps network.cidr '10.0.0.0/20'",
    ),
    (
        "inspection VPC too small",
        {"network.inspection": {"form": "central", "cidr": "10.9.0.0/24"}},
        "network.inspection.cidr: '10.9.0.0/24' is too small for the inspection tier",
    ),
    (
        "a network of others behind the firewall",
        {"network.inspection": {"form": "central", "networks": ["10.0.0.0/8", "8.0.0.0/8"]}},
        "network.inspection.networks[1]: '8.0.0.0/8', which is not private",
    ),
    (
        "a VPC the firewall does not know",
        {"network.inspection": {"form": "central", "networks": ["192.168.0.0/16"]}},
        "network.cidr: '10.0.0.0/20' lies in none of inspection.networks [192.168.0.0/16]",
    ),
    (
        "NAT gateways nowhere",
        {"network.nat_gateways": True},
        "network.nat_gateways: a NAT gateway stands in a public subnet; set public_tier: true",
    ),
    (
        "a firewall before no gateway",
        {"network.inspection": {"form": "vpc"}},
        "network.inspection.form: the firewall of a VPC stands before its NAT gateways",
    ),
    (
        "IPv6 past the firewall",
        {
            "network.inspection": {"form": "vpc"},
            "network.public_tier": True,
            "network.nat_gateways": True,
            "network.ipv6": True,
        },
        "network.ipv6: IPv6 would leave past the firewall of the VPC; set it to false",
    ),
    (
        "EC2.172 a public tier under the organization's block",
        {
            "capabilities": {"ec2_attributes": {"vpc_block_public_access": "block_ingress"}},
            "network.public_tier": True,
        },
        "network.public_tier: capabilities.ec2_attributes.vpc_block_public_access stops the public tier",
    ),
    (
        "a web address as a domain",
        {"network.dns_firewall": {"blocked_domains": ["https://example.com"]}},
        "network.dns_firewall.blocked_domains[0]: 'https://example.com', which is not a domain",
    ),
    (
        "a domain allowed and blocked",
        {
            "network.dns_firewall": {
                "allowed_domains": ["a.example.com"],
                "blocked_domains": ["a.example.com"],
            }
        },
        "network.dns_firewall.blocked_domains[0]: 'a.example.com' stands in allowed_domains too",
    ),
    (
        "a wildcard as the firewall does not take it",
        {"network.inspection": {"form": "central", "allowed_domains": ["*.example.com"]}},
        "network.inspection.allowed_domains[0]: '*.example.com', which is not a domain",
    ),
    (
        "SSH between networks",
        {
            "network.inspection": {
                "form": "central",
                "allowed_flows": {
                    "Admin": {"source": "10.1.0.0/20", "destination": "10.2.0.0/20", "port": 22}
                },
            }
        },
        "network.inspection.allowed_flows.Admin.port: rule admin-ports-closed: 22 is an administration port",
    ),
    (
        "a flow to the internet",
        {
            "network.inspection": {
                "form": "central",
                "allowed_flows": {
                    "Out": {"source": "10.1.0.0/20", "destination": "0.0.0.0/0", "port": 443}
                },
            }
        },
        "network.inspection.allowed_flows.Out: 'Out': destination '0.0.0.0/0' is the internet",
    ),
    (
        "a site behind a private address",
        {"network.site_to_site_vpn": {"Berlin": {"address": "10.0.0.1"}}},
        "network.site_to_site_vpn.Berlin.address: '10.0.0.1' is not a public IPv4 address",
    ),
    (
        "clients in too small a range",
        {"network.client_vpn": client_vpn(client_cidr="172.20.0.0/24")},
        "network.client_vpn.client_cidr: '172.20.0.0/24' must have a prefix from /12 to /22",
    ),
    (
        "a banner longer than the sign-in shows",
        {"network.client_vpn": client_vpn(banner="x" * 1_401)},
        "network.client_vpn.banner: has 1401 bytes; write between 1 and 1400",
    ),
    (
        "a certificate of another Region",
        {
            "network.client_vpn": client_vpn(
                server_certificate_arn="arn:aws:acm:eu-west-3:444444444444:certificate/c"
            )
        },
        "network.client_vpn.server_certificate_arn: is a certificate of 'eu-west-3'; the endpoint stands in home_region 'eu-west-1'",
    ),
    (
        "a Region without VPC encryption control",
        {
            "home_region": "ap-northeast-2",
            "regions": ["ap-northeast-2"],
            "network.encryption_control": "monitor",
        },
        "network.encryption_control: CloudFormation has no AWS::EC2::VPCEncryptionControl in 'ap-northeast-2'; leave it out",
    ),
    (
        "a group for a network that is none",
        {"network.client_vpn": client_vpn(network="office")},
        "network.client_vpn.access.Ops.network: 'office' is not an IPv4 range",
    ),
    (
        "logs deleted while locked",
        {"log_archive.retention_days": 400, "log_archive.object_lock_days": 500},
        "log_archive.retention_days: 400 days are less than object_lock_days (500)",
    ),
    (
        "lock shorter than the floor",
        {"log_archive.object_lock_days": 30},
        "log_archive.object_lock_days: 30 is too small: at least 90",
    ),
    (
        "logs deleted before they move to Glacier",
        {"log_archive.retention_days": 365, "log_archive.glacier_after_days": 365},
        "log_archive.glacier_after_days: 365 days are not less than retention_days (365)",
    ),
    (
        "CloudWatch.16 log groups below a year",
        {"log_archive.log_group_retention_days": 90},
        "log_archive.log_group_retention_days: 90 is not one of 365, 400",
    ),
    (
        "IAM.3 access keys older than the benchmark",
        {"credentials.access_keys.rotate_after_days": 120},
        "credentials.access_keys.rotate_after_days: 120 days are more than the 90 of control IAM.3; write 90 or less, or name rotate_after_days in accept_weaker",
    ),
    (
        "IAM.22 unused for longer than the benchmark",
        {"credentials.access_keys.unused_after_days": 60},
        "credentials.access_keys.unused_after_days: 60 days are more than the 45 of control IAM.22",
    ),
    (
        "access keys that are warned of from the first day",
        {"credentials.access_keys": {"rotate_after_days": 28, "warn_days": 14, "grace_days": 14}},
        "credentials.access_keys.warn_days: warn_days and grace_days together (28) are not less",
    ),
    (
        "old access key still there when the next successor comes",
        {"credentials.access_keys": {"grace_days": 20, "delete_after_days": 60}},
        "credentials.access_keys.delete_after_days: 60 days and twice grace_days (40) are more than rotate_after_days (90)",
    ),
    (
        "successor unused before its predecessor ends",
        {"credentials.access_keys": {"grace_days": 20, "unused_after_days": 20}},
        "credentials.access_keys.grace_days: 20 days are not less than unused_after_days (20)",
    ),
    (
        "old access key deleted before anybody noticed",
        {"credentials.access_keys.delete_after_days": 1},
        "credentials.access_keys.delete_after_days: 1 is too small: at least 7",
    ),
    (
        "user name with a space",
        {"credentials.access_keys.exempt_users": ["build server"]},
        "credentials.access_keys.exempt_users[0]: 'build server' is not the name of one IAM user",
    ),
    (
        "weaker by a name that is none",
        {"credentials.access_keys.accept_weaker": ["rotate_after"]},
        "credentials.access_keys.accept_weaker[0]: 'rotate_after' is not one of rotate_after_days, unused_after_days",
    ),
    (
        "root credentials removed without approval",
        {"credentials.root.mode": "apply"},
        "credentials.root.mode: 'apply' is not one of report, remove",
    ),
    (
        "approval that never ends",
        {"credentials.root.approval_hours": 1000},
        "credentials.root.approval_hours: 1000 is too large: at most 168",
    ),
    (
        "prefix that S3 keeps for itself",
        {"prefix": "sthree"},
        "prefix: 'sthree' is reserved by AWS; choose another",
    ),
    ("prefix with a last hyphen", {"prefix": "sec-"}, "prefix: 'sec-' is not a prefix"),
    (
        "standard with a wrong version",
        {"capabilities.security_hub.standards": ["cis-5"]},
        "capabilities.security_hub.standards[0]: 'cis-5' is not one of fsbp, cis-5.0, nist-800-53-r5, pci-4.0.1; did you mean 'cis-5.0'?",
    ),
    (
        "unknown key",
        {"accounts.securty": {}},
        "accounts.securty: unknown key; did you mean 'security'?",
    ),
    (
        "every policy slot reserved for others",
        {"guardrails.reserved_scp_slots": 10},
        "guardrails.reserved_scp_slots: 10 is too large: at most 9",
    ),
]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [pytest.param(changes, expected, id=name) for name, changes, expected in REFUSED],
)
def test_it_is_one_finding(found: Found, changes: dict[str, object], expected: str) -> None:
    findings = found(changes)
    assert len(findings) == 1, findings
    assert findings[0].startswith(expected)


ACCEPTED: list[tuple[str, dict[str, object]]] = [
    ("subdomain of the company", {"contacts.security.email": "soc@aws.example.com"}),
    ("findings to a service", {"notifications.medium": ["queue@pager.example.net"]}),
    ("governed opt-in Region", {"regions": ["eu-west-1", "af-south-1"]}),
    (
        "opt-in home Region without Security Hub",
        {
            "home_region": "eu-south-1",
            "regions": ["eu-south-1"],
            "billing.region": "us-east-1",
            "capabilities.security_hub.enabled": False,
            "capabilities.trusted_advisor.enabled": False,
        },
    ),
    (
        "five levels of units",
        {"organizational_units.Workloads.units.Test.units.C.units.D.units.E": {}},
    ),
    (
        "equal names on different branches",
        {"organizational_units.Sandbox.units": {"Test": {}, "Production": {}}},
    ),
    (
        "existing unit in an existing one",
        {
            "organizational_units.Workloads.id": "ou-exam-12345678",
            "organizational_units.Workloads.units.Test.id": "ou-exam-87654321",
        },
    ),
    (
        "two hundred adopted members",
        {
            f"members.team-{number}": {
                "id": f"{700_000_000_000 + number}",
                "email": f"aws-team-{number}@example.com",
                "ou": "Workloads/Test",
            }
            for number in range(200)
        },
    ),
    ("a pool instead of a range", {"network.ipam": {"pool_id": "ipam-pool-0123456789abcdef0", "netmask_length": 20}}),
    ("clients by VPN", {"network.client_vpn": client_vpn()}),
    ("a firewall before the NAT gateways", {"network.inspection": {"form": "vpc"}, "network.public_tier": True, "network.nat_gateways": True}),
    ("a central firewall", {"network.inspection": {"form": "central", "allowed_domains": [".example.com"]}}),
    ("a public tier excluded from the block", {"capabilities": {"ec2_attributes": {"vpc_block_public_access": "block_ingress"}}, "network.public_tier": True, "network.public_access_exclusion": "allow-bidirectional"}),
    ("smallest range for two zones", {"network.cidr": "192.168.7.0/24"}),
    (
        "a weaker password policy by name",
        {
            "account_settings.password_policy": {
                "minimum_length": 8,
                "maximum_age_days": None,
                "weaker": ["minimum_length", "maximum_age_days"],
            }
        },
    ),
    ("retention equal to the lock", {"log_archive.retention_days": 365}),
    (
        "access keys weaker by name",
        {
            "credentials.access_keys": {
                "rotate_after_days": 180,
                "unused_after_days": 90,
                "accept_weaker": ["rotate_after_days", "unused_after_days"],
            }
        },
    ),
    ("shortest life of an access key", {"credentials.access_keys": {"rotate_after_days": 14, "warn_days": 3, "grace_days": 3, "delete_after_days": 7}}),
    ("every switch off", {"capabilities": {"security_hub": {"enabled": False}, "config": {"enabled": False}, "guardduty": {"enabled": False}, "trusted_advisor": {"enabled": False}}}),
]  # fmt: skip


@pytest.mark.parametrize("changes", [pytest.param(changes, id=name) for name, changes in ACCEPTED])
def test_it_is_accepted(found: Found, changes: dict[str, object]) -> None:
    assert found(changes) == []


def test_an_organization_holds_two_thousand_units(found: Found) -> None:
    many: dict[str, object] = {f"U{number}": {} for number in range(quotas.UNITS_PER_ORGANIZATION)}
    full = dict(list(many.items())[7:])  # the example has seven of its own
    assert found({"organizational_units.Sandbox.units": full}) == []
    (finding,) = found({"organizational_units.Sandbox.units": many})
    assert finding.endswith(": is one of 2007 units; an organization holds 2000")


def test_the_mail_providers_are_domains_in_lower_case() -> None:
    assert {"gmail.com", "outlook.com", "icloud.com"} <= public_providers()
    assert all(domain == domain.lower() and "." in domain for domain in public_providers())
