"""The actions that scenarios are made of, by name."""

from __future__ import annotations

from collections.abc import Mapping

from baseline.gameday.actions.action import Action
from baseline.gameday.actions.buckets import (
    CREATE_BUCKET,
    DELETE_BUCKET,
    PUBLISH_BUCKET,
    REWRITE_BLOCK,
)
from baseline.gameday.actions.experiments import START_EXPERIMENT, STOP_EXPERIMENT
from baseline.gameday.actions.findings import ARCHIVE_SAMPLES, CREATE_SAMPLES
from baseline.gameday.actions.ports import DELETE_GROUP, OPEN_GROUP
from baseline.gameday.actions.trails import STOP_TRAIL
from baseline.gameday.actions.users import BREAK_GLASS, USE_CANARY

ACTIONS: Mapping[str, Action] = {
    action.name: action
    for action in (
        ARCHIVE_SAMPLES,
        BREAK_GLASS,
        CREATE_BUCKET,
        CREATE_SAMPLES,
        DELETE_BUCKET,
        DELETE_GROUP,
        OPEN_GROUP,
        PUBLISH_BUCKET,
        REWRITE_BLOCK,
        START_EXPERIMENT,
        STOP_EXPERIMENT,
        STOP_TRAIL,
        USE_CANARY,
    )
}
"""Every action by its name."""
