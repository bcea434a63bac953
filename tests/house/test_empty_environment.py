"""What whoever installs only popgen-eval gets: figures, and no torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from popgen_core.music import song_to_midi
from popgen_core.songwriter import write_song

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_popgen_eval_alone_brings_no_torch_and_scores_a_file(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "env")], check=True)
    python = str(tmp_path / "env" / "bin" / "python")
    packages = [str(ROOT / "packages" / name) for name in ("popgen-core", "popgen-eval")]
    install = [python, "-m", "pip", "install", "--quiet", "-c", str(ROOT / "constraints.txt"), *packages]
    subprocess.run(install, check=True, cwd=tmp_path)
    listed = subprocess.run([python, "-m", "pip", "list"], check=True, capture_output=True, text=True).stdout
    assert "popgen-eval" in listed
    assert "torch" not in listed
    (tmp_path / "song.mid").write_bytes(song_to_midi(write_song(3)))
    code = "from popgen_eval.api import evaluate; print(evaluate('song.mid').to_json()['summary']['overall']['mean'])"
    scored = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path).stdout
    assert 0.3 < float(scored) <= 1.0
