"""Channels of Apprise, through which alerts and reports leave: mail, WeCom, DingTalk, Feishu, a webhook."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path


def channel_name(url: str) -> str:
    """A channel without its secrets: the kind of its address and a hash of it."""
    return f"{url.split(':', 1)[0]} {hashlib.sha256(url.encode()).hexdigest()[:8]}"


def send(url: str, *, title: str, body: str, urgency: str = "info", attachments: Sequence[Path] = ()) -> bool:
    """Send one message (plain text) to one channel; whether the channel accepted it.

    urgency: Apprise's `info`, `warning` or `failure`. Channels that take no files get the message alone.
    """
    import apprise  # noqa: PLC0415  slow to import

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its log quotes addresses with their secrets
    channel = apprise.Apprise()
    channel.add(url)
    files = [str(path) for path in attachments] or None
    return bool(channel.notify(body=body, title=title, notify_type=urgency, body_format="text", attach=files))
