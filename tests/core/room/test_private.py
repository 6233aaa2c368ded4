"""What is said in a room stays in memory: no file is written, no line logged."""

from __future__ import annotations

import logging
import os
import sys
import threading

import pytest

from core.room import Question, as_csv
from core.room.handout import as_page
from tests.core.room.test_routes import Class

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND


class Watch:
    """The files that this thread opens to write into, while it is on."""

    def __init__(self) -> None:
        self.on, self.thread, self.found = False, threading.get_ident(), []
        sys.addaudithook(self.see)  # there is no way to take one away again

    def see(self, event: str, about: tuple) -> None:
        if not self.on:
            return
        if event == "open" and isinstance(about[2], int) and about[2] & _WRITING:
            self.found.append(about)
        elif event in ("os.mkdir", "os.rename", "os.truncate", "sqlite3.connect"):
            self.found.append((event, *about))


def test_a_whole_lesson_writes_nothing(caplog: pytest.LogCaptureFixture, tmp_path) -> None:
    caplog.set_level(logging.DEBUG)
    room, watch = Class(), Watch()
    watch.on = True
    try:
        joined = [room.post("join", {}).json() for _one in range(3)]
        secrets = [one["secret"] for one in joined]
        number = room.rooms.ask(room.code, room.key, Question("word", "One word?", twice=True))
        for secret in secrets:
            room.post("vote", {"question": number, "answer": "xylophone"}, secret)
        for to in ("talk", "again", "reveal"):
            room.teach("next", question=number, to=to)
        room.teach("show", texts=["xylophone"])
        found = room.rooms.results(room.code, room.key)
        texts = [as_csv(found), as_page("Results", found, answers=True)]
        room.rooms.end(room.code, room.key)
    finally:
        watch.on = False
    assert not watch.found
    watch.on = True  # it does see what is written
    (tmp_path / "seen").write_text("x")
    watch.on = False
    assert watch.found
    logged = "\n".join(record.getMessage() for record in caplog.records)
    own = [room.key, *secrets, *(one["name"] for one in joined)]
    for word in ("xylophone", *own):
        assert word not in logged
    assert all("xylophone" in text for text in texts)
    assert not any(word in text for text in texts for word in own)


def test_what_was_typed_is_text_in_the_page_to_print() -> None:
    room = Class()
    secret = room.post("join", {}).json()["secret"]
    asked = Question("choice", "<script>1</script>?", ("<b>a</b>", "c"), prompt="</pre><img src=x>")
    number = room.rooms.ask(room.code, room.key, asked)
    room.post("vote", {"question": number, "answer": 0}, secret)
    room.teach("next", question=number, to="reveal")
    found = room.rooms.results(room.code, room.key)
    for answers in (True, False):
        page = as_page("Title <x>", found, answers=answers)
        for typed in ("<script", "<b>", "<img", "<x>"):
            assert typed not in page
        assert "&lt;b&gt;a&lt;/b&gt;" in page
    assert "1 · 100%" in as_page("Title", found, answers=True)
    assert "1 · 100%" not in as_page("Title", found, answers=False)
