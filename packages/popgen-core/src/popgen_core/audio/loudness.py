"""How loud sound is to people: integrated loudness after ITU-R BS.1770-4, the measure of broadcasters."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["integrated_loudness", "k_weighting"]

BLOCK_SECONDS, STEP_SECONDS = 0.4, 0.1
ABSOLUTE_GATE, RELATIVE_GATE = -70.0, -10.0  # LUFS, LU
OFFSET = -0.691  # LUFS of a mean square of 1
SETTLED_SECONDS = 0.5  # by then what the filters remember has died away


def integrated_loudness(samples: NDArray[np.floating[Any]], rate: int) -> float:
    """Samples (frame, channel), -1..1, one or two channels -> loudness in LUFS, at 0 a full-scale square wave's region.

    Definition: K-weighted mean square over blocks of 0.4 s, three quarters overlapping, summed over channels; blocks
    below -70 LUFS are left out, then those 10 LU below the mean of the rest. Minus infinity where no block remains,
    as for silence; sound shorter than a block is one block. Source: ITU-R BS.1770-4, annex 1.
    """
    power = _block_powers(_weighted(np.asarray(samples, dtype=np.float64), rate), rate)  # (block,)
    loud = power[_lufs(power) > ABSOLUTE_GATE]
    if not len(loud):
        return -math.inf
    return float(_lufs(loud[_lufs(loud) > float(_lufs(loud.mean())) + RELATIVE_GATE].mean()))


def k_weighting(rate: int) -> NDArray[np.float64]:
    """The two filters of the standard at any rate -> (filter, numerator or denominator, coefficient).

    The standard tabulates them at 48 kHz; these are the analogue filters behind the table, by the bilinear transform.
    """
    return np.array([_shelf(rate), _high_pass(rate)])


def _shelf(rate: int) -> tuple[list[float], list[float]]:
    """The high shelf: what a head adds to high tones, about 4 dB."""
    gain, quality = 10 ** (3.999843853973347 / 20), 0.7071752369554196
    k = math.tan(math.pi * 1681.974450955533 / rate)
    middle = gain**0.4996667741545416
    whole = 1 + k / quality + k * k
    up = [gain + middle * k / quality + k * k, 2 * (k * k - gain), gain - middle * k / quality + k * k]
    return [value / whole for value in up], [1.0, 2 * (k * k - 1) / whole, (1 - k / quality + k * k) / whole]


def _high_pass(rate: int) -> tuple[list[float], list[float]]:
    """The high pass: what is deeper than some 40 Hz hardly counts."""
    quality = 0.5003270373238773
    k = math.tan(math.pi * 38.13547087602444 / rate)
    whole = 1 + k / quality + k * k
    return [1.0, -2.0, 1.0], [1.0, 2 * (k * k - 1) / whole, (1 - k / quality + k * k) / whole]


def _weighted(samples: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """(frame, channel) -> the same, K-weighted; as a product of spectra, with room for the filters to die away."""
    frames = len(samples)
    size = 1 << math.ceil(math.log2(frames + SETTLED_SECONDS * rate + 1))
    turn = np.exp(-2j * math.pi * np.arange(size // 2 + 1) / size)  # (frequency,)
    response = np.ones_like(turn)
    for up, down in k_weighting(rate):
        response *= np.polyval(up[::-1], turn) / np.polyval(down[::-1], turn)
    spectrum = np.fft.rfft(samples, size, axis=0) * response[:, None]  # (frequency, channel)
    return np.asarray(np.fft.irfft(spectrum, size, axis=0)[:frames])


def _block_powers(weighted: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """(frame, channel) -> (block,): mean square of each block, summed over channels."""
    sums = np.concatenate([[0.0], np.cumsum((weighted**2).sum(axis=1))])
    size = min(round(BLOCK_SECONDS * rate), len(weighted))
    starts = np.arange(0, len(weighted) - size + 1, max(round(STEP_SECONDS * rate), 1))
    return np.asarray((sums[starts + size] - sums[starts]) / max(size, 1))


def _lufs(power: Any) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        return np.asarray(OFFSET + 10 * np.log10(power))
