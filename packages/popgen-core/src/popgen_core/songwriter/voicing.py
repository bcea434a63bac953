"""Voicings: chords laid out in a register, each voice moving as little as it can."""

from __future__ import annotations

from functools import lru_cache

from popgen_core.songwriter.harmony import Chord

__all__ = ["Voicing", "guitar_voicing", "led_voicing"]

Voicing = tuple[int, ...]  # pitches, low to high


@lru_cache(maxsize=4096)
def _candidates(tones: tuple[int, ...], low: int, high: int, voices: int, widest: int) -> tuple[Voicing, ...]:
    """Every way to play all the tones in a register: neighbours 2-9 semitones apart, at most `widest` in all."""
    stacks: list[Voicing] = [(pitch,) for pitch in range(low, high + 1) if pitch % 12 in tones]
    for _ in range(voices - 1):
        stacks = [
            (*stack, pitch)
            for stack in stacks
            for pitch in range(stack[-1] + 2, min(stack[-1] + 9, stack[0] + widest, high) + 1)
            if pitch % 12 in tones
        ]
    wanted = min(voices, len(tones))
    return tuple(stack for stack in stacks if len({pitch % 12 for pitch in stack}) >= wanted)


@lru_cache(maxsize=8192)
def led_voicing(chord: Chord, previous: Voicing, low: int, high: int, voices: int, widest: int) -> Voicing:
    """The voicing of a chord nearest to the one before it, drawn towards the middle of the register.

    Of chords with more tones than voices the fifth goes first.
    """
    tones = chord.tones
    if len(tones) > voices:
        tones = tuple(tone for tone in tones if tone != tones[2])
    middle = (low + high) / 2

    def motion(voicing: Voicing) -> float:
        moved = sum(abs(after - before) for after, before in zip(voicing, previous, strict=False))
        return moved + 0.35 * abs(sum(voicing) / len(voicing) - middle)

    return min(_candidates(tuple(sorted(tones)), low, high, voices, widest), key=motion)


@lru_cache(maxsize=1024)
def guitar_voicing(chord: Chord, strings: int) -> Voicing:
    """A chord as a guitar holds it: the root lowest (E2 = 40 or above), then the fifth, the octave and so on."""
    voicing = [40 + (chord.root - 40) % 12]
    for pitch in range(voicing[0] + 5, min(voicing[0] + 30, 80)):
        if len(voicing) < strings and pitch % 12 in chord.tones and pitch - voicing[-1] >= 3:
            voicing.append(pitch)
    return tuple(voicing)
