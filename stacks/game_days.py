"""Stack `game-days`: experiments of AWS FIS in a workload account, by choice.

It is an application team's, as the reference workload is: the account's own bootstrap deploys it, and
neither its name nor a tag exempts its role from a guardrail.
"""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config.game_days import Experiments
from baseline.gameday.game_day_experiments import GameDayExperiments
from stacks.wiring import Wiring

STACK_NAME = "game-days"


class GameDaysStack(cdk.Stack):
    """Experiments of AWS FIS."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        experiments: Experiments,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=STACK_NAME,
            description="Game days: experiments of AWS FIS",
            env=env,
            synthesizer=cdk.DefaultStackSynthesizer(qualifier=experiments.qualifier),
        )
        GameDayExperiments(
            self,
            "Experiments",
            tag=experiments.tag,
            stop_alarms=experiments.stop_alarms,
            report=experiments.report,
        )


def game_days(wiring: Wiring) -> list[cdk.Stack]:
    """Create the experiments; none by default."""
    experiments = wiring.configuration.response.game_days.experiments
    if experiments is None:
        return []
    return [
        GameDaysStack(
            wiring.app, "game-days", experiments=experiments, env=wiring.env(experiments.account)
        )
    ]
