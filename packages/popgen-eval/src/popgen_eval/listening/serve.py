"""A small server for a listening test: gives out the page and its clips, takes answers in, knows nothing of the key."""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from popgen_core.errors import OutputError, PopgenError
from popgen_core.files import write_atomically
from popgen_eval.listening.answers import MOST_BYTES, Answer, answers_from
from popgen_eval.listening.make import CLIPS, INDEX, MANIFEST
from popgen_eval.listening.page import FORMAT
from popgen_eval.listening.ranges import Unsatisfiable, asked_part

__all__ = ["LOOPBACK", "ListeningServer", "answers_path", "read_manifest"]

LOOPBACK = ("127.0.0.1", "localhost", "::1")
TYPES = {".html": "text/html; charset=utf-8", ".mp3": "audio/mpeg", ".wav": "audio/wav"}
TYPES |= {".ogg": "audio/ogg", ".flac": "audio/flac"}
SESSIONS = 3  # files of one listener number; who reloads keeps a session, and more than these is no listener
PARTS = {"Accept-Ranges": "bytes"}
PATIENCE_SECONDS = 30


def answers_path(folder: Path) -> Path:
    """Where answers go unless told: beside the test's folder, never inside."""
    return folder.with_name(f"{folder.name}-answers")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a test's folder. Raises PopgenError for a folder that is none."""
    try:
        shown: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if shown["format"] != FORMAT or not (folder / INDEX).is_file():
            raise ValueError("its format is another one")
        _check_shape(shown)
        return shown
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        hint = "name the folder that `popgen listen make -o` has made"
        raise PopgenError(f"{folder} is no listening test", hint=hint) from error


def _check_shape(shown: dict[str, Any]) -> None:
    """Raises one of the errors of a wrong key or kind where the manifest does not hold what is served from it."""
    if not isinstance(shown["test"], str) or not all(isinstance(name, str) for name in shown["clips"]):
        raise TypeError("names that are no text")
    for listener, trials in shown["listeners"].items():
        for trial in trials:
            int(listener), trial["trial"], trial["rated"]


class ListeningServer(ThreadingHTTPServer):
    """Serves one test on one address; `address` is what to open in a browser. Port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, folder: Path, answers: Path, *, host: str = "127.0.0.1", port: int = 8000) -> None:
        if ":" in host:
            self.address_family = socket.AF_INET6
        self.shown, self.answers, self.local = read_manifest(folder), answers, host in LOOPBACK
        if answers.resolve() == folder.resolve():
            raise OutputError("answers cannot go into the folder that is given out", hint="name another folder")
        self.files = {"/": folder / INDEX, f"/{INDEX}": folder / INDEX}
        for name in self.shown["clips"]:
            if re.fullmatch(r"[0-9a-f]+\.(mp3|wav|ogg|flac)", name):
                self.files[f"/{CLIPS}/{name}"] = folder / CLIPS / name
        self.order = {
            (int(listener), trial["trial"]): (number, trial["rated"])
            for listener, trials in self.shown["listeners"].items()
            for number, trial in enumerate(trials, 1)
        }
        self.writing = threading.Lock()
        answers.mkdir(parents=True, exist_ok=True)
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            hint = "choose another --host or --port"
            raise OutputError(f"nothing can be served on {host}:{port}: {error.strerror}", hint=hint) from error

    @property
    def address(self) -> str:
        """The page's address."""
        host, port = self.server_address[:2]
        return f"http://[{host!s}]:{port}/" if ":" in str(host) else f"http://{host!s}:{port}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing of a browser that hangs up, as they do when someone goes to another place of a clip."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def take(self, content: bytes) -> Path:
        """Keep the answers of one listener, whole or not at all. Raises PopgenError for what is none of this test."""
        answers = answers_from(content, "answers")
        self._check(answers)
        listener, session = answers[0].listener, answers[0].session
        path = self.answers / f"listener-{listener:03d}-{session}.csv"
        with self.writing:
            others = list(self.answers.glob(f"listener-{listener:03d}-*.csv"))
            if path not in others and len(others) >= SESSIONS:
                raise PopgenError(f"listener {listener} has answered {SESSIONS} times already")
            if path.exists() and len(answers_from(path.read_bytes(), path.name)) > len(answers):
                return path  # an answer that came late; the longer list holds it
            write_atomically(path, content)
        return path

    def _check(self, answers: list[Answer]) -> None:
        if not answers:
            raise PopgenError("no answers")
        if len({(answer.listener, answer.session, answer.test) for answer in answers}) > 1:
            raise PopgenError("answers of several listeners")
        if len({answer.trial for answer in answers}) < len(answers):
            raise PopgenError("two answers to one trial")
        for answer in answers:
            known = self.order.get((answer.listener, answer.trial)) == (answer.order, answer.rated)
            if answer.test != self.shown["test"] or not known:
                raise PopgenError(f"{answer.place}: no trial of this test")


class _Handler(BaseHTTPRequestHandler):
    server: ListeningServer
    timeout = PATIENCE_SECONDS
    server_version, sys_version = "popgen", ""
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.server.files.get(self.path.partition("?")[0])
        if path is None or not self._asked_by_name():
            return self._answer(HTTPStatus.NOT_FOUND, b"not found\n")
        try:
            content = path.read_bytes()
        except OSError:
            return self._answer(HTTPStatus.NOT_FOUND, b"not found\n")
        return self._answer_part(content, TYPES[path.suffix])

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        size = self.headers.get("Content-Length", "")
        if self.path != "/answers" or not self._asked_by_name() or not self._from_our_page():
            return self._refuse(HTTPStatus.NOT_FOUND, "not found")
        if not re.fullmatch(r"[0-9]{1,9}", size) or int(size) > MOST_BYTES:
            return self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too long")
        content = self.rfile.read(int(size))
        if len(content) < int(size):
            return self._refuse(HTTPStatus.BAD_REQUEST, "cut short")
        try:
            self.server.take(content)
        except PopgenError as error:
            return self._refuse(HTTPStatus.BAD_REQUEST, str(error))
        except OSError:
            return self._refuse(HTTPStatus.INSUFFICIENT_STORAGE, "cannot be kept")
        return self._answer(HTTPStatus.OK, b"kept\n")

    def log_message(self, format: str, *words: Any) -> None:
        """Nothing: who listened when is nobody's business."""

    def _asked_by_name(self) -> bool:
        """On the own machine, only under its own names: a stranger's page must not reach it by a name of theirs."""
        host = self.headers.get("Host", "").rsplit(":", 1)[0].strip("[]")
        return not self.server.local or host in LOOPBACK

    def _from_our_page(self) -> bool:
        origin = self.headers.get("Origin")
        return origin is None or origin.removeprefix("http://") == self.headers.get("Host")

    def _answer_part(self, content: bytes, kind: str) -> None:
        """A file, or the part of it that is asked for; nothing here has a name or date that `If-Range` could mean."""
        size, whole = len(content), self.command != "GET" or "If-Range" in self.headers
        try:
            part = None if whole else asked_part(self.headers.get("Range"), size)
        except Unsatisfiable:
            more = {"Content-Range": f"bytes */{size}"}
            return self._answer(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, b"no such part\n", **more)
        if part is None:
            return self._answer(HTTPStatus.OK, content, kind, **PARTS)
        more = {**PARTS, "Content-Range": f"bytes {part[0]}-{part[1] - 1}/{size}"}
        return self._answer(HTTPStatus.PARTIAL_CONTENT, content[slice(*part)], kind, **more)

    def _refuse(self, status: HTTPStatus, words: str) -> None:
        self.close_connection = True  # what is left of the request is not read
        self._answer(status, f"{words}\n".encode("utf-8", "replace"))

    def _answer(self, status: HTTPStatus, content: bytes, kind: str = "text/plain; charset=utf-8", **more: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Referrer-Policy", "no-referrer")
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
