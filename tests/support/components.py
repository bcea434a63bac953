"""What each part of popgen brings: environments with this or that, and what every verb and call answers in each."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from environments import Environment, Wheelhouse
from listening import answer_to, csv_of, tone_folders
from trials import CALLS, IMPORTS, VERBS, Trial

from popgen_eval.listening import read_key

__all__ = ["ALL", "CLI", "INSTALLED", "PYTHON", "Answer", "Found", "found_in"]

INSTALLED = {  # what somebody installs, by the name that the page gives it
    "popgen-core": ("popgen-core",),
    "popgen-core[torch]": ("popgen-core[torch]",),
    "popgen-core[torch] + popgen-encoders": ("popgen-core[torch]", "popgen-encoders"),
    "popgen-eval": ("popgen-eval",),
    "popgen-cli": ("popgen-cli",),
    "popgen-cli[all]": ("popgen-cli[all]",),
}
CLI, ALL = "popgen-cli", "popgen-cli[all]"
PYTHON = tuple(name for name in INSTALLED if name not in (CLI, ALL))
GROWN = {"popgen-core[torch] + popgen-encoders": "popgen-core[torch]"}  # from whose environment it is made
PARTS = (  # in the order in which advice is followed, the lightest first
    "popgen-core[plot]",
    "popgen-eval",
    "popgen-core[torch]",
    "popgen-encoders",
    "popgen-core[tensorboard]",
    "popgen-core[dask]",
    "popgen-core[audio]",
)
ADVICE = re.compile(r"\(install (\S+(?: and \S+)*?)(?:,? [\d.]+)?(?: or newer)?(?: from popgen's wheels)?[),]")


@dataclass(frozen=True)
class Answer:
    """How a verb or a call ended: its exit code, and what it said on stderr."""

    code: int
    said: str

    @property
    def works(self) -> bool:
        """Whether it did what it is for."""
        return self.code == 0

    @property
    def advice(self) -> str:
        """What it says is to be installed; nothing where it says nothing of the kind."""
        found = ADVICE.search(self.said.strip().splitlines()[-1]) if self.said.strip() else None
        return found[1] if found else ""


@dataclass(frozen=True)
class Found:
    """What an environment holds and answers.

    `followed`: what each verb advised, one after another, as its advice was followed, and how it ended after that;
    `listed`: what `popgen plugins list` prints.
    """

    packages: Mapping[str, str]
    megabytes: float
    verbs: Mapping[str, Answer] = field(default_factory=dict)
    calls: Mapping[str, Answer] = field(default_factory=dict)
    followed: Mapping[str, tuple[tuple[str, ...], Answer]] = field(default_factory=dict)
    listed: str = ""


def found_in(folder: Path, wheelhouse: Wheelhouse) -> dict[str, Found]:
    """Every environment made, looked at, tried and taken away again; the complete one first, for what it makes."""
    here = folder / "made"
    here.mkdir()
    tone_folders(here)
    (here / "font.sf2").write_bytes(b"RIFF\0\0\0\0sfbk")

    def chain(names: Sequence[str]) -> dict[str, Found]:
        return _chain(names, folder, here, wheelhouse)

    found = chain([ALL])
    with ThreadPoolExecutor(2) as both:
        for other in both.map(chain, ([CLI], PYTHON)):
            found |= other
    return {name: found[name] for name in INSTALLED}


def _chain(names: Sequence[str], folder: Path, here: Path, wheelhouse: Wheelhouse) -> dict[str, Found]:
    """Environments one after another, each taken away unless another is made from it."""
    found, kept = {}, {}
    for name in names:
        place = folder / re.sub(r"\W+", "-", name)
        environment = kept.get(GROWN.get(name, "")) or Environment(place / "environment", wheelhouse)
        environment.install(*INSTALLED[name])
        out = here if name == ALL else place / "out"
        out.mkdir(parents=True, exist_ok=True)
        found[name] = _found(environment, name, here, out)
        if name in GROWN.values():
            kept[name] = environment
        else:
            environment.remove()
    return found


def _found(environment: Environment, name: str, here: Path, out: Path) -> Found:
    """What one environment holds and answers."""
    holds = environment.packages(), environment.megabytes()
    if name in PYTHON:
        return Found(*holds, calls={call: _called(environment, call, here, out) for call in CALLS})
    verbs = {verb: _tried(environment, verb, here, out) for verb in _verbs_of(environment)}
    listed = environment.run("popgen", "plugins", "list").stdout
    followed = _followed(environment, verbs, here, out) if name == CLI else {}
    return Found(*holds, verbs, followed=followed, listed=listed)


def _followed(
    environment: Environment, verbs: Mapping[str, Answer], here: Path, out: Path
) -> dict[str, tuple[tuple[str, ...], Answer]]:
    """What each verb that lacks something advises, until it has what it needs: its advice is done and it is tried."""
    open_now = {verb: answer for verb, answer in verbs.items() if not answer.works and VERBS[verb].followed}
    steps: dict[str, tuple[str, ...]] = dict.fromkeys(open_now, ())
    ended = {}
    while open_now:
        advice = min((answer.advice for answer in open_now.values()), key=_order)
        if advice:
            environment.install(*advice.split(" and "))
        for verb in [verb for verb, answer in open_now.items() if answer.advice == advice]:
            before = open_now.pop(verb)
            answer = _tried(environment, verb, here, out) if advice else before
            steps[verb] = (*steps[verb], advice) if advice else steps[verb]
            if answer.works or not answer.advice or answer.advice in steps[verb]:
                ended[verb] = (steps[verb], answer)
            else:
                open_now[verb] = answer
    return ended


def _order(advice: str) -> int:
    """No advice first, then parts as they stand in PARTS, several at once last."""
    return PARTS.index(advice) if advice in PARTS else len(PARTS) if advice else -1


def _tried(environment: Environment, verb: str, here: Path, out: Path) -> Answer:
    """The trial of a verb."""
    trial = VERBS[verb]
    words = trial.typed.format(here=here, out=out).split()
    answer = _seen(environment, words, trial) if trial.until else _ended(environment.run("popgen", *words))
    if verb == "listen make" and answer.works:
        _write_answers(out)
    return answer


def _verbs_of(environment: Environment) -> Iterable[str]:
    """The trials of the verbs that this popgen has."""
    code = "from typer.main import get_command; from popgen_cli.app import app\n"
    code += "for name, one in get_command(app).commands.items():\n"
    code += "    print(name, *getattr(one, 'commands', {}), sep=',')"
    groups = [line.split(",") for line in environment.run("python", "-c", code).stdout.splitlines()]
    verbs = {f"{name} {deeper}".strip() for name, *rest in groups for deeper in rest or [""]}
    if untried := verbs - set(VERBS):
        raise AssertionError(f"tests/support/trials.py says nothing of {', '.join(sorted(untried))}")
    return [trial for trial in VERBS if trial.split(" --")[0] in verbs]


def _called(environment: Environment, call: str, here: Path, out: Path) -> Answer:
    """The trial of a call of the facade, in a Python of its own."""
    code = f"{IMPORTS[call]}\n{CALLS[call].format(here=here, out=out)}\n"
    return _ended(environment.run("python", "-c", code))


def _ended(done: subprocess.CompletedProcess[str]) -> Answer:
    return Answer(done.returncode, done.stderr)


def _seen(environment: Environment, words: list[str], trial: Trial) -> Answer:
    """A command that goes on for long: ended as soon as it has said the word that it works, or by itself."""
    process = subprocess.Popen(environment.command("popgen", *words), **environment.surroundings())
    for line in process.stdout:
        if trial.until in line:
            process.terminate()
            process.communicate(timeout=60)
            return Answer(0, "")
    _, said = process.communicate(timeout=60)
    return Answer(process.returncode, said)


def _write_answers(out: Path) -> None:
    """Answers of six listeners to the test that was made."""
    key = read_key(out / "test-key.json")
    (out / "answers").mkdir()
    for listener in range(1, 7):
        mine = [
            answer_to(one, key, "ours", session=f"{listener:08x}") for one in key.trials if one.listener == listener
        ]
        (out / "answers" / f"listener-{listener}.csv").write_text(csv_of(mine), newline="")
