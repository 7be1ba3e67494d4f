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

    def playbook_machine_arn(self, id: str) -> str:
        """ARN of the state machine of a playbook, such as ``public-bucket``; ``*`` of all."""
        return f"{self._states('stateMachine')}-{id}"

    def playbook_execution_arn(self, id: str) -> str:
        """ARN of its executions."""
        return f"{self._states('execution')}-{id}:*"

    def _states(self, kind: str) -> str:
        place = f"arn:{self.partition}:states:{self.home_region}:{self.security}"
        return f"{place}:{kind}:{self.prefix}-playbook"
