"""Stack `delivery` (shared services account): the pipeline that delivers the baseline itself."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.config.delivery import Delivery, ReviewComment
from baseline.delivery.build_image import BuildImage
from baseline.delivery.change_comment import ChangeComment
from baseline.delivery.commands import Commands, Gate, Target
from baseline.delivery.secure_pipeline import SecurePipeline
from baseline.delivery.source import Source
from baseline.guardrails.roles import QUALIFIER

COMMANDS = Commands(
    install=(
        "make setup",
        'export PATH="$PWD/.venv/bin:$PATH" JSII_NODE="$PWD/.venv/lib/node"',
    ),
    lint=("ruff check .", "ruff format --check .", "mypy ."),
    test=(
        "python -m pytest tests/unit tests/contract --junitxml=reports/unit/junit.xml",
        "baseline local demo",
        "baseline local down --purge",
    ),
    rules_at_synth=True,
    prove=("baseline validate baseline.yaml", "baseline guardrails test"),
)
"""How this repository is checked: those of its Makefile, without installing twice."""

UNTESTED = "the whole organization is deployed to the embedded AWS in the step Quality"


class DeliveryStack(cdk.Stack):
    """The pipelines of the repository that holds the baseline."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        chosen: Delivery,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: its own delivery",
            env=env,
        )
        accounts = sorted(account.id for account in configuration.core_accounts().values())
        self.pipeline = SecurePipeline(
            self,
            "Pipeline",
            name=names.delivery,
            source=Source(
                connection=chosen.connection,
                repository=chosen.repository,
                branch=chosen.branch,
                branches=chosen.branches,
            ),
            production=Target(accounts=tuple(accounts), stacks=("*",), qualifier=QUALIFIER),
            untested=UNTESTED,
            addresses=configuration.notifications.high,
            commands=COMMANDS,
            gate=Gate(threshold=chosen.threshold, suppressions=chosen.suppressions),
            image=BuildImage(uri=chosen.image) if chosen.image else None,
            organization_id=names.organization_id,
            comment=_comment(chosen.comment) if chosen.comment else None,
            mode="QUEUED" if chosen.every_commit else "SUPERSEDED",
        )


def _comment(comment: ReviewComment) -> ChangeComment:
    return ChangeComment(
        provider=comment.provider, secret=comment.secret, key=comment.key, host=comment.host
    )
