"""Results of Gradio's API that wait to be collected, in bounded memory.

A call over /gradio_api/call or /gradio_api/queue/join leaves its result with the server until the client asks for it.
Gradio keeps those of 2,000 sessions, whatever their size. Here the oldest go when all of them are too large, and any
that nobody has collected for a while.
"""

import asyncio
import time
from typing import Any

from gradio.server_messages import EventMessage
from gradio.utils import LRUCache

MAX_BYTES = 64 << 20
COLLECT_SECONDS = 60.0


class Mailbox(asyncio.Queue[EventMessage]):
    """The messages for one session, and their size."""

    def __init__(self, mailboxes: "Mailboxes"):
        super().__init__()
        self.mailboxes, self.bytes, self.filled = mailboxes, 0, time.monotonic()

    def _put(self, item: EventMessage) -> None:
        super()._put(item)
        self.filled = time.monotonic()
        self._count(size(item))
        self.mailboxes.clear_out()

    def _get(self) -> EventMessage:
        item = super()._get()
        self._count(-size(item))
        return item

    def _count(self, change: int) -> None:
        self.bytes += change
        self.mailboxes.bytes += change


class Mailboxes(LRUCache[str, Any]):
    """In place of a Gradio queue's `pending_messages_per_session`.

    Args:
        sessions: a queue's `pending_event_ids_session`, which forgets the same sessions.
    """

    def __init__(self, sessions: dict[str, set[str]], max_size: int = 2000):
        super().__init__(max_size)
        self.sessions, self.bytes = sessions, 0

    def __setitem__(self, session: str, _: asyncio.Queue) -> None:
        self.clear_out()
        if session not in self and len(self) >= self.max_size:
            del self[next(iter(self))]
        super().__setitem__(session, Mailbox(self))

    def __delitem__(self, session: str) -> None:
        mailbox = self[session]
        self.bytes -= mailbox.bytes
        mailbox.bytes = 0
        self.sessions.pop(session, None)
        super().__delitem__(session)

    def clear_out(self) -> None:
        """Remove mailboxes that nobody empties, the oldest first."""
        now = time.monotonic()
        for session, mailbox in list(self.items()):
            uncollected = not mailbox.empty() and now - mailbox.filled > COLLECT_SECONDS
            if uncollected or self.bytes > MAX_BYTES:
                del self[session]


def size(message: EventMessage) -> int:
    """The characters of the texts in a message's result, about all that it weighs."""
    return _characters(getattr(message, "output", None)) + 1000


def _characters(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(_characters, value.values()))
    if isinstance(value, list):
        return sum(map(_characters, value))
    return len(value) if isinstance(value, str) else 8
