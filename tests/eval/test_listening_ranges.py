"""The server of a listening test gives parts of a clip, which Safari asks for before it plays anything."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
from collections.abc import Iterator
from http.client import HTTPResponse

import pytest
from listening import tone_folders

from popgen_eval.listening import Design
from popgen_eval.listening.make import make_test
from popgen_eval.listening.ranges import Unsatisfiable, asked_part
from popgen_eval.listening.serve import ListeningServer

DESIGN = Design(trials=2, listeners=1, identical=0, anchors=0, repeats=0, attention=0)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ListeningServer]:
    where = tmp_path_factory.mktemp("ranges")
    folders = [str(folder) for folder in tone_folders(where, count=2)]
    test = make_test(folders, where / "test", design=DESIGN, audio=True, seconds=0.5, ending=".wav")
    with ListeningServer(test.folder, where / "answers", port=0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def clip(server: ListeningServer) -> tuple[str, bytes]:
    """The address of a clip, and what it holds."""
    address, file = next((address, file) for address, file in server.files.items() if address.startswith("/clips/"))
    return address, file.read_bytes()


def asked(server: ListeningServer, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    return answer, answer.read()


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("bytes=0-1", (0, 2)),  # what Safari asks first
        ("bytes=0-", (0, 10)),
        ("bytes=3-5", (3, 6)),
        ("bytes=9-9", (9, 10)),
        ("bytes=4-999", (4, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-99", (0, 10)),
        ("Bytes=1-2", (1, 3)),
        (None, None),
        ("", None),
        ("bytes=-", None),
        ("bytes=5-3", None),
        ("bytes=0-1,4-5", None),
        ("bytes=a-b", None),
        ("bytes=1-\u0664", None),
        ("lines=1-2", None),
        ("bytes=0-" + "9" * 19, (0, 10)),
        ("bytes=3-" + "9" * 5000, (3, 10)),
        ("bytes=-" + "9" * 19, (0, 10)),
        ("bytes=" + "0" * 20 + "2-" + "0" * 20 + "4", (2, 5)),
    ],
)
def test_a_part_of_ten_bytes_by_hand(words: str | None, part: tuple[int, int] | None) -> None:
    assert asked_part(words, 10) == part


@pytest.mark.parametrize("words", ["bytes=10-", "bytes=10-12", "bytes=99-", "bytes=-0", "bytes=" + "9" * 5000 + "-"])
def test_a_part_without_a_byte_of_the_file_is_refused(words: str) -> None:
    with pytest.raises(Unsatisfiable):
        asked_part(words, 10)


def test_of_an_empty_file_there_is_no_part() -> None:
    assert asked_part(None, 0) is None
    with pytest.raises(Unsatisfiable):
        asked_part("bytes=0-", 0)


@pytest.mark.parametrize("words", ["bytes=0-1", "bytes=100-299", "bytes=1000-", "bytes=-44"])
def test_a_part_of_a_clip_is_sent_with_its_place(server: ListeningServer, clip: tuple[str, bytes], words: str) -> None:
    path, whole = clip
    answer, content = asked(server, path, Range=words)
    first, after = {"0-1": (0, 2), "100-299": (100, 300), "1000-": (1000, len(whole))}.get(
        words.removeprefix("bytes="), (len(whole) - 44, len(whole))
    )
    assert answer.status == 206
    assert content == whole[first:after]
    assert answer.headers["Content-Range"] == f"bytes {first}-{after - 1}/{len(whole)}"
    assert answer.headers["Content-Length"] == str(after - first)
    assert answer.headers["Content-Type"] == "audio/wav"


def test_parts_one_after_the_other_are_the_clip(server: ListeningServer, clip: tuple[str, bytes]) -> None:
    path, whole = clip
    got = b"".join(asked(server, path, Range=f"bytes={at}-{at + 9999}")[1] for at in range(0, len(whole), 10_000))
    assert got == whole


def test_a_part_behind_the_end_is_416_with_the_length(server: ListeningServer, clip: tuple[str, bytes]) -> None:
    path, whole = clip
    answer, content = asked(server, path, Range=f"bytes={len(whole)}-")
    assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{len(whole)}")
    assert whole not in content
    assert asked(server, path, Range="bytes=-0")[0].status == 416


@pytest.mark.parametrize("more", [{}, {"Range": "bytes=0-1,5-6"}, {"Range": "bytes=0-1", "If_Range": '"old"'}])
def test_all_else_is_answered_with_the_whole_clip_that_says_it_has_parts(
    server: ListeningServer, clip: tuple[str, bytes], more: dict[str, str]
) -> None:
    path, whole = clip
    answer, content = asked(server, path, **more)
    assert (answer.status, content) == (200, whole)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Range"] is None


def test_head_tells_the_whole_length_whatever_part_is_named(server: ListeningServer, clip: tuple[str, bytes]) -> None:
    path, whole = clip
    for more in ({}, {"Range": "bytes=0-1"}, {"Range": "bytes=999999999-"}):
        answer, content = asked(server, path, "HEAD", **more)
        assert (answer.status, content) == (200, b"")
        assert answer.headers["Content-Length"] == str(len(whole))
        assert answer.headers["Accept-Ranges"] == "bytes"


def test_what_is_not_given_out_has_no_parts_either(server: ListeningServer) -> None:
    answer, _ = asked(server, "/manifest.json", Range="bytes=0-1")
    assert (answer.status, answer.headers["Accept-Ranges"]) == (404, None)


def test_a_browser_that_hangs_up_leaves_no_traceback(
    server: ListeningServer, clip: tuple[str, bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    path, whole = clip
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=5) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # hangs up at once
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 50)
    assert asked(server, path)[1] == whole
    assert "Traceback" not in capfd.readouterr().err
