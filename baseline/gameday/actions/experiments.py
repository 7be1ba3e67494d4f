"""Experiments of AWS FIS, started from the templates of ``GameDayExperiments``."""

from __future__ import annotations

from typing import Any

from baseline.errors import BaselineError
from baseline.gameday import tags
from baseline.gameday.actions.action import Action, Place, code_of

ENDED = ("completed", "stopped", "failed", "cancelled")


def start_experiment(place: Place, *, experiment: str) -> None:
    """Start the experiment of a name; its stop conditions and targets stand in its template."""
    fis = place.client("fis")
    pages = fis.get_paginator("list_experiment_templates").paginate()
    templates = [
        each["id"]
        for page in pages
        for each in page["experimentTemplates"]
        if each.get("tags", {}).get(tags.TEMPLATE) == experiment
    ]
    if not templates:
        raise BaselineError(
            f"account {place.account} has no experiment {experiment} in {place.region}; set "
            "response.game_days.experiments and deploy the stack game-days"
        )
    with place.making("experiment"):
        started = fis.start_experiment(
            experimentTemplateId=templates[0], tags={tags.RUN: place.run}
        )
    place.note(experiment=started["experiment"]["id"])


def stop_experiment(place: Place) -> None:
    """Stop the experiment if it still runs; AWS FIS then takes its faults back."""
    fis = place.client("fis")
    known = place.facts["experiment"]
    for experiment in [known] if known else _started(fis, place.run):
        found = fis.get_experiment(id=experiment)["experiment"]
        if found["state"]["status"] not in ENDED:
            try:
                fis.stop_experiment(id=experiment)
            except fis.exceptions.ClientError as error:
                # It ended between the two calls.
                if code_of(error) != "ValidationException":
                    raise


def _started(fis: Any, run: str) -> list[str]:  # noqa: ANN401 - boto3
    """Give the experiments of a run, for one whose ID nobody was told."""
    return [
        each["id"]
        for page in fis.get_paginator("list_experiments").paginate()
        for each in page["experiments"]
        if each.get("tags", {}).get(tags.RUN) == run
    ]


START_EXPERIMENT = Action(
    name="start-experiment",
    run=start_experiment,
    says="starts an experiment of AWS FIS",
    requires=frozenset({"experiment"}),
    gives=frozenset({"experiment"}),
)
STOP_EXPERIMENT = Action(
    name="stop-experiment",
    run=stop_experiment,
    says="stops the experiment if it still runs",
    after=frozenset({"experiment"}),
)
