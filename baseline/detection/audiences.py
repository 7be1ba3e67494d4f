"""Audiences: the topics of those who hear of some accounts, or hear in a chat channel."""

from __future__ import annotations

from constructs import Construct

from baseline.config.names import Names
from baseline.config.notifications import Notifications
from baseline.controls.registry import implements
from baseline.detection.chat import ChatTopic
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic


class Audiences(Construct):
    """One topic for each team with addresses, and one for each chat channel.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        notifications: teams and channels.
        names: names of their topics.
        key: key of the topics.

    Attributes:
        teams: name of a team to its :class:`SecureTopic`.
        channels: name of a channel to its :class:`ChatTopic`.
        topics: ends of the names of all these topics, for the formatter.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        notifications: Notifications,
        names: Names,
        key: SecureKey,
    ) -> None:
        super().__init__(scope, id)
        self.teams: dict[str, SecureTopic] = {}
        for team, route in notifications.routes.items():
            if not route.addresses:
                continue
            topic = SecureTopic(
                self,
                f"Team{team}",
                key=key,
                topic_name=names.team_topic(team),
                display_name=f"Findings of {team}",
            )
            topic.subscribe_email(list(dict.fromkeys(route.addresses)))
            implements(topic, capability="finding-notification", controls=["SNS.1", "SNS.4"])
            self.teams[team] = topic
        self.channels = {
            name: ChatTopic(
                self, f"Chat{name}", channel=channel, name=names.chat_topic(name), key=key
            )
            for name, channel in notifications.chat.items()
        }
        self.topics = [
            *(f"team-{team}" for team in self.teams),
            *(f"chat-{name}" for name in self.channels),
        ]
