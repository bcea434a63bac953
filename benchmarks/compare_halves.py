"""How often a corpus differs from itself: 100 random splits into halves by song, compared as two systems would be.

    python benchmarks/compare_halves.py [--songs 50]      needs $POPGEN_CORPUS (permissive)

Claim: no headline figure differs after Holm in at least 90 of 100 splits. Named figures are counted beside.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from pathlib import Path
from time import perf_counter

import numpy as np

from popgen_eval.api import evaluate, midi_files
from popgen_eval.comparison import Contrast, compare
from popgen_eval.comparison.contrast import FAMILIES
from popgen_eval.report import Report

SPLITS, LEAST, SEED = 100, 90, 20261122


def halves(report: Report, random: np.random.Generator) -> Contrast:
    """The songs of a report, half of them drawn, against the other half."""
    order = random.permutation(len(report.files))
    parts = np.array_split(order, 2)
    a, b = (Report(tuple(report.files[number] for number in sorted(part)), report.names) for part in parts)
    return compare(a, b, paired=False, resamples=100).contrasts[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=int, help="that many songs of the corpus; default: all")
    count = parser.parse_args().songs
    if not (folder := os.environ.get("POPGEN_CORPUS")):
        print("POPGEN_CORPUS is unset: nothing measured")
        return
    begun = perf_counter()
    files = midi_files(Path(folder) / "permissive")
    kept = sorted(np.random.default_rng(SEED).choice(len(files), min(count or len(files), len(files)), replace=False))
    report = evaluate([files[number] for number in kept])
    print(f"{len(report.files)} songs, {len(report.names)} figures, scored once in {perf_counter() - begun:.0f} s")
    random = np.random.default_rng(SEED)
    found = [halves(report, random) for _ in range(SPLITS)]
    for family in FAMILIES:
        tests = [contrast.family(family) for contrast in found]
        if not tests[0]:
            continue
        clean = sum(not any(test.differs for test in each) for each in tests)
        by_t = sum(not any(test.p_t < 0.05 for test in each) for each in tests)
        who = Counter(test.figure for each in tests for test in each if test.differs)
        verdict = f", at least {LEAST}: {'yes' if clean >= LEAST else 'NO'}" if family == "headline" else ""
        print(
            f"{family} ({len(tests[0])}): no figure differs in {clean} of {SPLITS} splits (by t alone {by_t}){verdict}"
            f"{'; found: ' + ', '.join(f'{name} {times}' for name, times in who.most_common()) if who else ''}"
        )


if __name__ == "__main__":
    main()
