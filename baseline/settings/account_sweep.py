"""AccountSweep: one handler, run in every account of the organization, with one report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.handler_function import HandlerFunction
from baseline.primitives.state_machine import create_state_machine
from baseline.settings import sweep_permissions as permissions
from baseline.settings.sweep_alarms import SweepAlarms
from baseline.settings.sweep_definition import definition
from baseline.settings.sweep_reports import SweepReports
from baseline.settings.sweep_triggers import SweepTriggers

HANDLER = Path(__file__).parent / "handlers" / "account_sweep"
LIST_SECONDS = 300
REPORT_SECONDS = 900
MAX_CONCURRENCY = 8
"""A new account has a quota of 10 concurrent executions; two stay free for other functions."""

DAILY = "cron(0 3 * * ? *)"
LAMBDA_SECONDS = 900


class AccountSweep(Construct):
    """Visits every account of the organization with one function, and reports what it did there.

    A Step Functions state machine lists the active accounts (suspended and closed ones are left
    out and named in the report), invokes the handler once per account through a Distributed Map,
    and writes one JSON report. An account that fails never stops the others: what AWS throttles is
    tried again, everything else becomes a ``failed`` result, a metric and an alarm. Neither the
    list nor the results pass through memory, whatever the number of accounts.

    It runs daily, after a deployment of its stack, and for each account that joins or is moved. By
    hand it is started with the input ``{"dry_run": bool, "accounts": ["111111111111", ...],
    "options": {...}}``, every key of which may be left out.

    The handler (``index.handler``) gets ``{"account": {"id", "name", "management"}, "dry_run",
    "run", "options", "attempt"}`` and gives ``{"account", "state", "rows"}``: ``state`` is ``ok``,
    ``changed``, ``would_change``, ``in_progress`` or ``failed``, and each row is a flat object with
    at least ``setting`` and ``state``. It must do nothing the second time, write nothing in a dry
    run, and raise ``ThrottledError`` when AWS throttles it: the account is tried again.

    Executions are encrypted with a key of Step Functions and hold account IDs and names only: with
    a key of ours, the delivery of logs would need that key without any source condition.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        name: physical name of the state machine; the alarms' names begin with it.
        description: what it does, in a few words.
        handler: folder with the handler's ``index.py``.
        management_account: ID of the management account.
        reports: bucket of the reports, shared by all sweeps of a stack.
        alarm_topic: hears of failures; its policy admits alarms whose names begin with ``name``.
        statements: what the handler may do besides logging and tracing, such as assuming a role.
        wildcard_reasons: cdk-nag finding of each wildcard in ``statements`` to its reason.
        environment: the handler's environment variables; never secrets.
        role_name: physical name of the handler's role, for the trust policies of other accounts.
        excluded_accounts: IDs that are never visited; they are named in the report.
        dry_run: what a run does that is not told: change (False, the default) or only report.
        schedule: schedule expression in UTC; daily at 03:00 by default, None for never.
        bus: name of the bus with the organization's events; None leaves new accounts to the
            schedule.
        on_deployment: run after each deployment that changed the stack; on by default.
        max_concurrency: accounts at the same time; 8 by default.
        timeout_seconds: limit of one account, 900 at most and by default.
        memory_mb: memory of the handler; 256 by default.

    Attributes:
        state_machine: the ``CfnStateMachine``.
        account_function: the handler's :class:`HandlerFunction`.
        triggers: the :class:`SweepTriggers`.
        alarms: the :class:`SweepAlarms`.

    Raises:
        BaselineError: when the time limit is over Lambda's, or nothing may run at once.

    Source: AWS Step Functions Developer Guide, "Using Map state in Distributed mode"; Security Hub
    StepFunctions.1.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        description: str,
        handler: Path,
        management_account: str,
        reports: SweepReports,
        alarm_topic: sns.ITopic,
        statements: Sequence[iam.PolicyStatement] = (),
        wildcard_reasons: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        role_name: str | None = None,
        excluded_accounts: Sequence[str] = (),
        dry_run: bool = False,
        schedule: str | None = DAILY,
        bus: str | None = None,
        on_deployment: bool = True,
        max_concurrency: int = MAX_CONCURRENCY,
        timeout_seconds: int = LAMBDA_SECONDS,
        memory_mb: int = 256,
    ) -> None:
        super().__init__(scope, id)
        _check(timeout_seconds, max_concurrency)
        self._name, self._description, self._reports = name, description, reports
        self.account_function = HandlerFunction(
            self,
            "Account",
            handler=handler,
            description=f"{description}: one account",
            environment=environment,
            statements=statements,
            role_name=role_name,
            timeout_seconds=timeout_seconds,
            memory_mb=memory_mb,
        )
        acknowledge(self.account_function, wildcard_reasons or {})
        functions = {
            "AccountFunction": self.account_function,
            "ListFunction": self._list_function(management_account, excluded_accounts, dry_run),
            "ReportFunction": self._report_function(),
        }
        self.state_machine = self._create_machine(functions, max_concurrency, timeout_seconds)
        self.triggers = SweepTriggers(
            self,
            "Triggers",
            state_machine=self.state_machine,
            description=description,
            schedule=schedule,
            bus=bus,
            dry_run=dry_run,
            on_deployment=on_deployment,
        )
        self.alarms = SweepAlarms(
            self, "Alarms", name=name, state_machine=self.state_machine, topic=alarm_topic
        )
        acknowledge(self, permissions.wildcard_reasons(self, name=name, reports=reports))

    def _list_function(
        self, management: str, excluded: Sequence[str], dry_run: bool
    ) -> HandlerFunction:
        return HandlerFunction(
            self,
            "List",
            handler=HANDLER,
            entry="list_accounts",
            description=f"{self._description}: list of accounts",
            timeout_seconds=LIST_SECONDS,
            environment={
                "BUCKET": self._reports.bucket.bucket_name,
                "DRY_RUN": str(dry_run).lower(),
                "EXCLUDED": ",".join(excluded),
                "MANAGEMENT": management,
            },
            statements=permissions.list_statements(self._reports),
        )

    def _report_function(self) -> HandlerFunction:
        return HandlerFunction(
            self,
            "Report",
            handler=HANDLER,
            entry="write_report",
            description=f"{self._description}: report",
            timeout_seconds=REPORT_SECONDS,
            environment={
                "BUCKET": self._reports.bucket.bucket_name,
                "NAMESPACE": permissions.NAMESPACE,
                "SWEEP": self._name,
            },
            statements=permissions.report_statements(self._reports),
        )

    def _create_machine(
        self, functions: Mapping[str, HandlerFunction], max_concurrency: int, timeout_seconds: int
    ) -> sfn.CfnStateMachine:
        arns = {key: item.function.function_arn for key, item in functions.items()}
        return create_state_machine(
            self,
            name=self._name,
            definition=definition(max_concurrency=max_concurrency, timeout_seconds=timeout_seconds),
            substitutions={**arns, "Bucket": self._reports.bucket.bucket_name},
            statements=permissions.machine_statements(
                self, name=self._name, functions=list(arns.values()), reports=self._reports
            ),
            distributed=True,
        )


def _check(timeout_seconds: int, max_concurrency: int) -> None:
    if not 1 <= timeout_seconds <= LAMBDA_SECONDS:
        raise BaselineError(
            f"timeout_seconds must be between 1 and {LAMBDA_SECONDS}, Lambda's limit, got "
            f"{timeout_seconds}"
        )
    if max_concurrency < 1:
        raise BaselineError(f"max_concurrency must be at least 1 account, got {max_concurrency}")
