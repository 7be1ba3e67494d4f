"""Listener: what arrived in the inbox of game days since the start."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from baseline.config import Names
from baseline.errors import BaselineError
from baseline.gameday.actions.action import code_of
from baseline.gameday.aws import client_error
from baseline.gameday.world import World

BATCH = 10
MOST_BATCHES = 50
MISSING = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})
BUS = "bus"


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """A message: from whom, and its text.

    Attributes:
        place: the severity of the topic, or ``bus``.
        text: what was said.
    """

    place: str
    text: str


@dataclass(kw_only=True, slots=True)
class Listener:
    """Reads the inbox; messages of earlier days are thrown away when it starts.

    Attributes:
        world: the AWS.
        names: physical names.
        heard: what arrived since the start.
    """

    world: World
    names: Names
    heard: list[Heard] = field(default_factory=list)
    _url: str = ""

    def start(self) -> None:
        """Empty the inbox.

        Raises:
            BaselineError: there is none.
        """
        try:
            answer = self._sqs().get_queue_url(QueueName=self.names.game_day_inbox)
        except client_error() as error:
            if code_of(error) not in MISSING:
                raise
            raise BaselineError(
                f"the queue {self.names.game_day_inbox} does not exist in the security account; set "
                "response.game_days.inbox: true and deploy the stack response"
            ) from error
        self._url = answer["QueueUrl"]
        for _ in range(MOST_BATCHES):
            if not self._receive():
                break
        self.heard.clear()

    def listen(self) -> None:
        """Take what arrived in the meantime."""
        for _ in range(MOST_BATCHES):
            if not self._receive():
                break

    def said(self, place: str, holds: tuple[str, ...]) -> str | None:
        """Give the first message from a place that holds every text; None if there is none."""
        for one in self.heard:
            if one.place == place and all(text in one.text for text in holds):
                return one.text
        return None

    def told(self, holds: tuple[str, ...]) -> Heard | None:
        """Give the first message to people that holds any of the texts."""
        for one in self.heard:
            if one.place != BUS and any(text in one.text for text in holds):
                return one
        return None

    def _receive(self) -> bool:
        sqs = self._sqs()
        answer = sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=BATCH)
        messages = answer.get("Messages", [])
        for message in messages:
            read = self._read(message["Body"])
            if read is not None:
                self.heard.append(read)
            sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return bool(messages)

    def _read(self, body: str) -> Heard | None:
        """Read a message; None for one that neither a topic nor the bus has written."""
        try:
            document = json.loads(body)
        except ValueError:
            return None
        if not isinstance(document, dict):
            return None
        topic = document.get("TopicArn")
        if topic is None:
            return Heard(place=BUS, text=body)
        severity = str(topic).rpartition(self.names.topic(""))[2]
        text = f"{document.get('Subject', '')}\n{document.get('Message', '')}"
        return Heard(place=severity, text=text)

    def _sqs(self) -> Any:  # noqa: ANN401 - boto3
        return self.world.client("sqs", self.names.security, self.names.home_region)
