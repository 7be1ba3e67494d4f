"""The rules of a web ACL: what is asked first, and whether it blocks or counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aws_cdk import aws_wafv2 as wafv2

from baseline.edge.web_acl_choices import AntiDdos, Filters, Login, RateLimit, Registration

VENDOR = "AWS"
ANTI_DDOS = "AWSManagedRulesAntiDDoSRuleSet"
BOT_CONTROL = "AWSManagedRulesBotControlRuleSet"
ACCOUNT_CREATION = "AWSManagedRulesACFPRuleSet"
ACCOUNT_TAKEOVER = "AWSManagedRulesATPRuleSet"

Acl = wafv2.CfnWebACL
Rule = wafv2.CfnWebACL.RuleProperty
Statement = wafv2.CfnWebACL.StatementProperty


def rules(filters: Filters, *, count_only: bool) -> list[Rule]:
    """Give the rules in the order in which they are asked.

    What costs nothing to answer comes first, and what costs per request last, so that it sees
    only what the others let through.

    Args:
        filters: what is filtered.
        count_only: True counts what would be blocked.
    """
    return [
        _rule(priority, name, statement, managed=managed, count_only=count_only)
        for priority, (name, statement, managed) in enumerate(_statements(filters))
    ]


def _statements(filters: Filters) -> Iterator[tuple[str, Statement, bool]]:
    if filters.anti_ddos is not None:
        yield "AntiDdos", _managed(ANTI_DDOS, _anti_ddos(filters.anti_ddos)), True
    for name, rate in filters.rates.items():
        yield f"Rate{name}", _rate(rate), False
    for group in filters.managed_groups:
        counted = filters.counted_rules.get(group, ())
        name = group.removeprefix("AWSManagedRules")
        yield name, _managed(group, counted=counted), True
    if filters.bot_control is not None:
        level = Acl.AWSManagedRulesBotControlRuleSetProperty(
            inspection_level=filters.bot_control,
            enable_machine_learning=True if filters.bot_control == "TARGETED" else None,
        )
        config = Acl.ManagedRuleGroupConfigProperty(aws_managed_rules_bot_control_rule_set=level)
        yield "BotControl", _managed(BOT_CONTROL, config), True
    if filters.registration is not None:
        fraud = _fraud(filters.registration)
        yield "AccountCreation", _managed(ACCOUNT_CREATION, fraud), True
    if filters.login is not None:
        yield "AccountTakeover", _managed(ACCOUNT_TAKEOVER, _takeover(filters.login)), True


def _rule(
    priority: int, name: str, statement: Statement, *, managed: bool, count_only: bool
) -> Rule:
    action = None
    if not managed:
        # JSON in the CDK's struct: an empty mapping means the action without options.
        action = (
            Acl.RuleActionProperty(count={})
            if count_only
            else Acl.RuleActionProperty(block=Acl.BlockActionProperty())
        )
    override = (
        Acl.OverrideActionProperty(count={}) if count_only else Acl.OverrideActionProperty(none={})
    )
    return Rule(
        name=name,
        priority=priority,
        statement=statement,
        action=action,
        override_action=override if managed else None,
        visibility_config=visibility(name),
    )


def visibility(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    """Give metrics of a rule; samples too, with the data protection of the web ACL."""
    return Acl.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, sampled_requests_enabled=True, metric_name=name
    )


def _managed(
    group: str,
    config: wafv2.CfnWebACL.ManagedRuleGroupConfigProperty | None = None,
    *,
    counted: Sequence[str] = (),
) -> Statement:
    return Statement(
        managed_rule_group_statement=Acl.ManagedRuleGroupStatementProperty(
            vendor_name=VENDOR,
            name=group,
            managed_rule_group_configs=[config] if config else None,
            rule_action_overrides=[
                Acl.RuleActionOverrideProperty(
                    name=name, action_to_use=Acl.RuleActionProperty(count={})
                )
                for name in counted
            ]
            or None,
        )
    )


def _rate(rate: RateLimit) -> Statement:
    path = None
    if rate.path is not None:
        path = Statement(
            byte_match_statement=Acl.ByteMatchStatementProperty(
                field_to_match=Acl.FieldToMatchProperty(uri_path={}),
                positional_constraint="STARTS_WITH",
                search_string=rate.path.lower(),
                # Whoever writes the path otherwise is counted all the same.
                text_transformations=[
                    Acl.TextTransformationProperty(priority=0, type="URL_DECODE"),
                    Acl.TextTransformationProperty(priority=1, type="NORMALIZE_PATH"),
                    Acl.TextTransformationProperty(priority=2, type="LOWERCASE"),
                ],
            )
        )
    return Statement(
        rate_based_statement=Acl.RateBasedStatementProperty(
            aggregate_key_type="IP",
            limit=rate.requests,
            evaluation_window_sec=rate.window_seconds,
            scope_down_statement=path,
        )
    )


def _anti_ddos(choice: AntiDdos) -> wafv2.CfnWebACL.ManagedRuleGroupConfigProperty:
    exempt = [Acl.RegexProperty(regex_string=text) for text in choice.exempt_paths]
    challenge = Acl.ClientSideActionProperty(
        usage_of_action="ENABLED" if choice.challenge else "DISABLED",
        exempt_uri_regular_expressions=exempt or None,
    )
    return Acl.ManagedRuleGroupConfigProperty(
        aws_managed_rules_anti_d_do_s_rule_set=Acl.AWSManagedRulesAntiDDoSRuleSetProperty(
            client_side_action_config=Acl.ClientSideActionConfigProperty(challenge=challenge),
            sensitivity_to_block=choice.sensitivity,
        )
    )


def _fraud(form: Registration) -> wafv2.CfnWebACL.ManagedRuleGroupConfigProperty:
    field = Acl.FieldIdentifierProperty
    return Acl.ManagedRuleGroupConfigProperty(
        aws_managed_rules_acfp_rule_set=Acl.AWSManagedRulesACFPRuleSetProperty(
            registration_page_path=form.page_path,
            creation_path=form.creation_path,
            request_inspection=Acl.RequestInspectionACFPProperty(
                payload_type=form.payload,
                email_field=field(identifier=form.email_field),
                password_field=field(identifier=form.password_field),
                username_field=(
                    field(identifier=form.username_field) if form.username_field else None
                ),
            ),
        )
    )


def _takeover(login: Login) -> wafv2.CfnWebACL.ManagedRuleGroupConfigProperty:
    return Acl.ManagedRuleGroupConfigProperty(
        aws_managed_rules_atp_rule_set=Acl.AWSManagedRulesATPRuleSetProperty(
            login_path=login.path,
            request_inspection=Acl.RequestInspectionProperty(
                payload_type=login.payload,
                username_field=Acl.FieldIdentifierProperty(identifier=login.username_field),
                password_field=Acl.FieldIdentifierProperty(identifier=login.password_field),
            ),
        )
    )
