"""Game days (security account, home Region; experiments in a workload account)."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class GameDayNames(CoreNames):
    """Game days (security account, home Region; experiments in a workload account)."""

    @property
    def game_day_inbox(self) -> str:
        """Queue that hears what people are told."""
        return f"{self.prefix}-game-days"

    @property
    def game_day_policy(self) -> str:
        """Managed policy of those who run game days."""
        return f"{self.prefix}-game-days"

    @property
    def response_stack(self) -> str:
        """Stack whose outputs name the evidence bucket."""
        return f"{self.prefix}-response"

    @property
    def playbook_machine_arns(self) -> str:
        """ARN pattern of the playbooks' state machines."""
        return f"{self._states('stateMachine')}-*"

    @property
    def playbook_execution_arns(self) -> str:
        """ARN pattern of their executions."""
        return f"{self._states('execution')}-*:*"

    def playbook_machine_arn(self, name: str) -> str:
        """ARN of the state machine of a playbook, such as ``public-bucket``."""
        return f"{self._states('stateMachine')}-{name}"

    def _states(self, kind: str) -> str:
        place = f"arn:{self.partition}:states:{self.home_region}:{self.security}"
        return f"{place}:{kind}:{self.prefix}-playbook"
