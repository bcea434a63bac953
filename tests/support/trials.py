"""One use of every verb of `popgen` and every call of the facades, each small enough to be tried in any environment."""

from __future__ import annotations

from dataclasses import dataclass

from tiny_recipe import TINY

__all__ = ["CALLS", "IMPORTS", "VERBS", "Trial"]

SMALL = (*TINY, "train.epochs=1", "train.batch=8")
TINY_SET = " ".join(f"--set {change}" for change in SMALL)
SONG, NEW = "{here}/songs/song-001.mid", "{here}/new/song-001.mid"
LISTEN = "--trials 4 --listeners 6 --seconds 1 --seed 3"


@dataclass(frozen=True)
class Trial:
    """What is typed, `{here}` being a folder of what earlier trials made and `{out}` the one to write into.

    `until`: a word on the screen that says that it works, of a command that goes on for long. `followed`: whether it is
    tried again with what it advised; Dask's would take a cluster.
    """

    typed: str
    until: str = ""
    followed: bool = True


VERBS = {  # in the order in which each finds what it needs
    "songwriter write": Trial("songwriter write -o {out}/songs --count 10"),
    "songwriter arrange": Trial(f"songwriter arrange {SONG} -o {{out}}/band"),
    "doctor": Trial("doctor {here}/songs --workers 1"),
    "doctor --html": Trial("doctor {here}/songs --workers 1 --html {out}/doctor.html"),
    "prepare": Trial("prepare {here}/songs -o {out}/dataset --workers 1"),
    "prepare --dask": Trial("prepare {here}/songs -o {out}/far --dask tcp://127.0.0.1:1", followed=False),
    "show": Trial(f"show {SONG} -o {{out}}/song.png"),
    "baseline": Trial("baseline markov {here}/songs -o {out}/markov --count 3"),
    "plugins list": Trial("plugins list"),
    "plugins show": Trial("plugins show grouper seven.v1"),
    "plugins check": Trial("plugins check popgen-core"),
    "plugins new": Trial("plugins new grouper my-idea -o {out}/my-idea"),
    "recipe list": Trial("recipe list"),
    "recipe show": Trial("recipe show paper.warm"),
    "recipe check": Trial("recipe check paper.warm"),
    "train": Trial(f"train {{here}}/dataset -o {{out}}/run --recipe paper {TINY_SET} --set decoder.bias=corpus"),
    "report": Trial("report {here}/run --html {out}/run.html"),
    "report --tensorboard": Trial("report {here}/run --html {out}/run.html --tensorboard {out}/events"),
    "score": Trial("score {here}/run {here}/dataset"),
    "crossval": Trial(f"crossval {{here}}/dataset -o {{out}}/folds --folds 2 --recipe paper {TINY_SET}"),
    "generate": Trial("generate {here}/run -o {out}/new --seconds 4 --seed 1"),
    "reproduce": Trial(f"reproduce {NEW} {{here}}/run"),
    "explain": Trial(f"explain {NEW} --at 1.0 --checkpoint {{here}}/run -o {{out}}/why.html"),
    "render": Trial(f"render {SONG} -o {{out}}/song.wav --soundfont {{here}}/font.sf2"),
    "eval": Trial(f"eval {SONG}"),
    "eval-validate": Trial("eval-validate {here}/songs --figures note_coherence --limit 1 --workers 1"),
    "compare": Trial("compare {here}/songs {here}/markov"),
    "listen make": Trial(f"listen make --audio --wav {{here}}/real {{here}}/ours -o {{out}}/test {LISTEN}"),
    "listen serve": Trial("listen serve {here}/test --port 0", until="http"),
    "listen analyse": Trial("listen analyse {here}/answers --key {here}/test-key.json"),
    "demo": Trial("demo -o {out}/demo", until="1/"),
}

CHANGES = f"changes={[*SMALL]!r}"
CALLS = {
    "api.write_songs": 'api.write_songs("{out}/songs", count=2)',
    "api.arrange": f'api.arrange("{SONG}", "{{out}}/band")',
    "api.doctor": 'api.doctor("{here}/songs", workers=1)',
    "api.explain": f'api.explain("{SONG}")',
    "api.prepare": 'api.prepare("{here}/songs", "{out}/dataset", workers=1)',
    "api.show": f'api.show("{SONG}", "{{out}}/song.png")',
    "api.report": 'api.report("{here}/run")',
    "api.train": f'api.train("{{here}}/dataset", "{{out}}/run", "paper", {CHANGES})',
    "api.train_seeds": f'api.train_seeds("{{here}}/dataset", "{{out}}/seeds", "paper", seeds=2, {CHANGES})',
    "api.crossval": f'api.crossval("{{here}}/dataset", "{{out}}/folds", "paper", folds=2, {CHANGES})',
    "api.score": 'api.score("{here}/run", "{here}/dataset")',
    "api.generate": 'api.generate("{here}/run", "{out}/new", seconds=4, seed=1)',
    "api.generator": 'api.generator("{here}/run")',
    "api.reproduce": f'api.reproduce("{NEW}", "{{here}}/run")',
    "api.explain_note": f'api.explain_note("{NEW}", "1.0", "{{out}}/why.html", checkpoint="{{here}}/run")',
    "evaluate": f'evaluate("{SONG}")',
}
IMPORTS = dict.fromkeys(CALLS, "from popgen_core import api") | {"evaluate": "from popgen_eval.api import evaluate"}
