"""A listening test made from given sound: blind, equally long and loud, the same for the same seed; and its server."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import threading
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from listening import answer_to, csv_of, tone_folders, write_tone

from popgen_core.audio.formats import read_sound
from popgen_core.errors import OutputError, PopgenError, RecipeError
from popgen_core.music import song_to_midi
from popgen_core.songwriter import write_song
from popgen_eval.listening import Design, Key, read_key
from popgen_eval.listening.answers import MOST_BYTES, read_answers
from popgen_eval.listening.make import Made, make_test
from popgen_eval.listening.serve import SESSIONS, ListeningServer, read_manifest

DESIGN = Design(trials=4, listeners=3, seed=5)


def made(where: Path, out: str = "test", **options: object) -> Made:
    folders = [where / "real", where / "ours"]
    folders = folders if folders[0].exists() else tone_folders(where)
    words = [str(folder) for folder in folders]
    return make_test(words, where / out, design=DESIGN, audio=True, seconds=1.0, ending=".wav", **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def test_of_tones(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made(tmp_path_factory.mktemp("tones"))


def test_the_folder_to_give_away_tells_nothing_of_the_systems(test_of_tones: Made) -> None:
    folder = test_of_tones.folder
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    clips = [path for path in files if path.parent.name == "clips"]
    assert {path.name for path in files if path not in clips} == {"index.html", "manifest.json"}
    telling = re.compile(r'\b(real|ours|song-\d|anchor|identical|repeat|spoiled|expected|stamp)\b|"seed":')
    page = (folder / "index.html").read_text()
    embedded = page.split('id="test">')[1].split("</script>")[0]
    for text in (embedded, (folder / "manifest.json").read_text()):
        assert json.loads(text)["test"] == test_of_tones.key.fingerprint
        assert not telling.search(text)
    assert all(re.fullmatch(r"[0-9a-f]{10}\.wav", path.name) for path in clips)
    assert len({path.stat().st_size for path in clips}) == 1
    assert len({path.stat().st_mtime for path in clips}) == 1
    assert test_of_tones.key_file.parent == folder.parent
    assert not test_of_tones.key_file.is_relative_to(folder)


def test_all_clips_are_equally_long_and_equally_loud(test_of_tones: Made) -> None:
    sounds = [read_sound(path) for path in (test_of_tones.folder / "clips").iterdir()]
    assert {len(sound.samples) for sound in sounds} == {44_099}  # a sine's first sample is silent
    assert np.ptp([sound.loudness() for sound in sounds]) < 0.1
    assert all(abs(sound.samples[-1]).max() < 0.001 for sound in sounds)


def test_where_one_clip_cannot_be_as_loud_as_asked_all_are_softer(tmp_path: Path) -> None:
    loud = made(tmp_path, target=0.0)
    sounds = [read_sound(path) for path in (loud.folder / "clips").iterdir()]
    assert loud.loudness < -1.0
    assert np.ptp([sound.loudness() for sound in sounds]) < 0.1
    assert max(sound.peak for sound in sounds) < 10 ** (-1 / 20) + 1e-3


def test_songs_that_are_far_too_short_are_named_before_any_is_played(tmp_path: Path) -> None:
    for name in ("real", "ours"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "song.mid").write_bytes(song_to_midi(write_song(1)))
    folders = [str(tmp_path / name) for name in ("real", "ours")]
    design = Design(trials=1, identical=0, anchors=0, repeats=0, attention=0)
    with pytest.raises(PopgenError, match=r"ours/song\.mid, .*real/song\.mid: shorter than half of 600 s"):
        make_test(folders, tmp_path / "test", design=design, soundfont=Path("none.sf2"), seconds=600)


def test_twins_are_one_sound_and_anchors_another(test_of_tones: Made) -> None:
    clips, key = test_of_tones.folder / "clips", read_key(test_of_tones.key_file)
    sides = {one["trial"]: (one["a"], one["b"]) for rows in shown(test_of_tones).values() for one in rows}
    for trial in key.trials:
        left, right = (read_sound(clips / clip).samples for clip in sides[trial.trial])
        assert sides[trial.trial][0] != sides[trial.trial][1]
        assert np.array_equal(left, right) == (trial.kind == "identical")


def test_the_page_tells_what_to_answer_in_attention_trials_alone(test_of_tones: Made) -> None:
    told = {one["trial"]: one["ask"] for rows in shown(test_of_tones).values() for one in rows}
    wanted = {one.trial: one.expected if one.kind == "attention" else "" for one in test_of_tones.key.trials}
    assert told == wanted


def shown(test: Made) -> dict[str, list[dict[str, str]]]:
    listeners: dict[str, list[dict[str, str]]] = read_manifest(test.folder)["listeners"]
    return listeners


def test_the_same_seed_and_sounds_make_the_same_test_and_other_sounds_another(tmp_path: Path) -> None:
    first, again = made(tmp_path, "one"), made(tmp_path, "two")
    names = [sorted(path.name for path in (test.folder / "clips").iterdir()) for test in (first, again)]
    assert first.key == again.key
    assert names[0] == names[1]
    write_tone(tmp_path / "real" / "song-0.wav", 999)
    assert made(tmp_path, "three").key.trials != first.key.trials


def test_nothing_is_overwritten_and_the_key_never_lies_inside(tmp_path: Path) -> None:
    made(tmp_path)
    with pytest.raises(OutputError, match="exists and is not empty"):
        made(tmp_path)
    with pytest.raises(OutputError, match="the key cannot be written"):
        made(tmp_path, "new", key_file=tmp_path / "test-key.json")
    with pytest.raises(OutputError, match="outside the test's folder"):
        made(tmp_path, "new", key_file=tmp_path / "new" / "key.json")
    assert not (tmp_path / "new").exists()


def test_what_cannot_be_heard_is_named(tmp_path: Path) -> None:
    real, ours = tone_folders(tmp_path)
    with wave.open(str(real / "song-0.wav"), "wb") as file:
        file.setparams((1, 2, 44_100, 0, "NONE", ""))
        file.writeframes(bytes(88_200))
    with pytest.raises(PopgenError, match=r"real/song-0\.wav: it makes no sound"):
        made(tmp_path)
    write_tone(real / "song-0.wav", 440, seconds=0.2)
    with pytest.raises(PopgenError, match=r"real/song-0\.wav sounds for 0\.2 s only"):
        made(tmp_path)
    (real / "song-0.wav").write_bytes(b"RIFFnothing")
    with pytest.raises(PopgenError, match=r"real/song-0\.wav"):
        made(tmp_path)
    assert not (tmp_path / "test").exists()
    with pytest.raises(RecipeError, match="two folders or more"):
        make_test([str(ours)], tmp_path / "x", audio=True)
    with pytest.raises(RecipeError, match="called alike"):
        make_test([str(ours), str(ours)], tmp_path / "x", audio=True)
    with pytest.raises(PopgenError, match="no files that end in"):
        make_test([str(ours), str(real)], tmp_path / "x")


@pytest.fixture
def server(test_of_tones: Made, tmp_path: Path) -> Iterator[ListeningServer]:
    with ListeningServer(test_of_tones.folder, tmp_path / "answers", port=0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def asked(server: ListeningServer, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
    connection.request(method, path, body or None, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    return answer.status, answer.read()


def answers_of(key: Key, listener: int = 1, session: str = "0000000a") -> list[bytes]:
    """What the page posts after each trial: all answers so far."""
    mine = [answer_to(one, key, "real", session=session) for one in key.trials if one.listener == listener]
    return [csv_of(mine[:count]).encode() for count in range(1, len(mine) + 1)]


def test_the_server_gives_the_page_and_its_clips_and_nothing_else(server: ListeningServer, test_of_tones: Made) -> None:
    assert asked(server, "GET", "/")[1] == (test_of_tones.folder / "index.html").read_bytes()
    clip = sorted((test_of_tones.folder / "clips").iterdir())[0]
    assert asked(server, "GET", f"/clips/{clip.name}?x=1") == (200, clip.read_bytes())
    key = test_of_tones.key_file.name
    for path in (f"/../{key}", f"/{key}", f"/%2e%2e/{key}", "/manifest.json", "/clips/", "/answers", "//etc/passwd"):
        assert asked(server, "GET", path)[0] == 404
    assert asked(server, "GET", "/", Host="evil.example:80")[0] == 404


def test_the_server_tells_a_clips_length_without_sending_it(server: ListeningServer, test_of_tones: Made) -> None:
    clip = sorted((test_of_tones.folder / "clips").iterdir())[0]
    with socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=5) as line:
        line.sendall(f"HEAD /clips/{clip.name} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        head, _, body = b"".join(iter(lambda: line.recv(65536), b"")).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert f"Content-Length: {clip.stat().st_size}".encode() in head
    assert body == b""


def test_answers_are_kept_one_file_a_listener_and_late_ones_lose_nothing(
    server: ListeningServer, test_of_tones: Made
) -> None:
    posts = answers_of(test_of_tones.key)
    for post in (*posts, posts[0]):
        assert asked(server, "POST", "/answers", post)[0] == 200
    assert os.listdir(server.answers) == ["listener-001-0000000a.csv"]
    kept = server.answers / "listener-001-0000000a.csv"
    assert kept.read_bytes() == posts[-1]
    assert len(read_answers(kept)) == DESIGN.all_trials


def test_what_are_no_answers_of_this_test_is_refused(server: ListeningServer, test_of_tones: Made) -> None:
    post = answers_of(test_of_tones.key)[1]
    wrong = [
        b"",
        b"x" * 100,
        post.replace(b"\r\n", b"\r\n\0", 1),
        post.replace(b"0000000a,1,", b"0000000a,2,"),
        post.replace(test_of_tones.key.fingerprint.encode(), b"0" * 16),
        post.replace(b",1,", b",77,", 1),
        post + post.splitlines(keepends=True)[-1],
    ]
    for body in wrong:
        assert asked(server, "POST", "/answers", body)[0] in (400, 413), body
    assert asked(server, "POST", "/answers", b"x" * (MOST_BYTES + 1))[0] == 413
    assert asked(server, "POST", "/answers", post, Origin="http://evil.example")[0] == 404
    assert asked(server, "POST", "/other", post)[0] == 404
    assert os.listdir(server.answers) == []


def test_a_listener_number_takes_only_so_many_sessions(server: ListeningServer, test_of_tones: Made) -> None:
    statuses = [
        asked(server, "POST", "/answers", answers_of(test_of_tones.key, session=f"0000000{at}")[0])[0]
        for at in range(SESSIONS + 1)
    ]
    assert statuses == [200] * SESSIONS + [400]


def test_a_folder_that_is_no_test_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"format": "other"}))
    with pytest.raises(PopgenError, match="is no listening test"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("damage", [{"clips": [1]}, {"clips": None}, {"listeners": {"a": [{}]}}, {"test": 3}])
def test_a_manifest_that_lacks_what_is_served_is_no_listening_test(
    test_of_tones: Made, tmp_path: Path, damage: dict[str, object]
) -> None:
    shown = read_manifest(test_of_tones.folder)
    (tmp_path / "index.html").write_text("")
    (tmp_path / "manifest.json").write_text(json.dumps({**shown, **damage}))
    with pytest.raises(PopgenError, match="is no listening test"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.json").write_text("[" * 200_000)
    with pytest.raises(PopgenError, match="is no listening test"):
        read_manifest(tmp_path)
