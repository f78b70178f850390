"""The process that opens identities answers whatever it is asked, and leaves no traceback."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from uuid import uuid4

import pytest

from employment_warehouse import settings
from employment_warehouse.identity import opener


def said_by(folder: Path, question: bytes) -> bytes:
    with opener._path(folder) as path, socket.socket(socket.AF_UNIX) as asking:
        asking.connect(path)
        asking.sendall(question)
        asking.shutdown(socket.SHUT_WR)
        with asking.makefile("rb") as answer:
            return answer.read()


@pytest.mark.usefixtures("warehouse")
def test_the_opener_refuses_whatever_is_not_a_question(capfd: pytest.CaptureFixture[str]) -> None:
    folder, person = settings.current_home().uploads, str(uuid4())
    questions = [
        *({"person_key": key, "sealed": "00" * 64} for key in (5, 1.5, None, [], {}, True, "", "人", "x" * 9_000)),
        *({"person_key": person, "sealed": sealed} for sealed in (5, None, [], {}, "", "0", "zz", "00", "00" * 64)),
        {}, {"person_key": person}, [], [1], 5, None, "text", True,
    ]  # fmt: skip
    lines = [json.dumps(question).encode() for question in questions]
    lines += [b"", b"{", b"\xff\xfe", b"\0", b"[" * 60_000, b"9" * 60_000]
    with opener.listening(folder):
        answers = {line[:60]: said_by(folder, line + b"\n") for line in lines}
    assert set(answers.values()) == {b"{}\n"}, answers
    assert capfd.readouterr().err == ""
