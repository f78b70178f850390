"""Receivers on this machine of what channels send: a webhook, and a mail server."""

from __future__ import annotations

import email
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from aiosmtpd.controller import Controller

from employment_warehouse.database.listening import free_port


@dataclass
class Channel:
    """A receiver of Apprise's JSON notifications; while it is down it answers 503."""

    port: int = 0
    is_down: bool = False
    received: list[dict[str, Any]] = field(default_factory=list)
    on_message: Callable[[], None] = lambda: None

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.port}"


@contextmanager
def webhook() -> Iterator[Channel]:
    """A channel that is served."""
    made = Channel()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            made.on_message()
            self.send_response(503 if made.is_down else 200)
            self.end_headers()
            if not made.is_down:
                made.received.append(json.loads(content))

        def log_message(self, *arguments: object) -> None:
            """Keep the output of the tests clean."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    made.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@dataclass
class Mailbox:
    """The messages that a mail server accepted."""

    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)

    def address(self, recipient: str) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=warehouse@example.cn&to={recipient}&mode=insecure"

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802
        """For aiosmtpd."""
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """A mailbox that is served over SMTP."""
    mailbox = Mailbox()
    mailbox.port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    yield mailbox
    controller.stop()
