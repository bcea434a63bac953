"""Groupers that break one promise of their kind each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mutants import sample
from mutants.sorter import Sorter
from popgen_core.contracts.grouper import Grouping
from popgen_core.music.song import Song, Track, rows

__all__ = ["GOOD", "MUTANTS"]


class Listed(Sorter):
    groups = ["drums", "low", "high"]  # type: ignore[assignment]  # noqa: RUF012


class TwiceNamed(Sorter):
    groups = ("drums", "low", "low")


class Unnamed(Sorter):
    groups = ("drums", "low", "high", "")


class OtherEachTime(Sorter):
    made = 0

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        type(self).made += 1
        self.groups = (*Sorter.groups, f"group-{self.made}")


class Changed(Sorter):
    """What every song goes through last is changed."""

    def group(self, song: Song) -> Grouping:
        grouping = super().group(song)
        return Grouping(self.changed(grouping.song), grouping.placements)

    def changed(self, song: Song) -> Song:
        return song


class Backwards(Changed):
    def changed(self, song: Song) -> Song:
        return replace(song, tracks=song.tracks[::-1])


class OwnNames(Changed):
    def changed(self, song: Song) -> Song:
        return replace(song, tracks=tuple(replace(track, name=track.name.title()) for track in song.tracks))


class EmptyTracks(Changed):
    def changed(self, song: Song) -> Song:
        there = {track.name: track for track in song.tracks}
        return replace(song, tracks=tuple(there.get(name, Track(name, 0, False)) for name in self.groups))


class TwoOfAGroup(Changed):
    def changed(self, song: Song) -> Song:
        halves = [replace(track, notes=track.notes[at::2]) for track in song.tracks for at in (0, 1)]
        return replace(song, tracks=tuple(half for half in halves if len(half.notes)))


class LosesANote(Changed):
    def changed(self, song: Song) -> Song:
        tracks = tuple(replace(track, notes=track.notes[1:]) for track in song.tracks)
        return replace(song, tracks=tuple(track for track in tracks if len(track.notes)))


class MergesUnisons(Changed):
    def changed(self, song: Song) -> Song:
        kept = []
        for track in song.tracks:
            first = [
                at
                for at, note in enumerate(track.notes.tolist())
                if (note[0], note[2]) not in [(other[0], other[2]) for other in track.notes[:at].tolist()]
            ]
            kept.append(replace(track, notes=track.notes[first]))
        return replace(song, tracks=tuple(kept))


class Louder(Changed):
    def changed(self, song: Song) -> Song:
        for track in song.tracks:
            track.notes["velocity"] = track.notes["velocity"] // 2 + 64
        return song


class MiscountsDrops(Sorter):
    def group(self, song: Song) -> Grouping:
        grouping = super().group(song)
        return Grouping(grouping.song, (*grouping.placements, replace(grouping.placements[0], group=None))[1:])


class TellsOfFew(Sorter):
    def group(self, song: Song) -> Grouping:
        grouping = super().group(song)
        return Grouping(grouping.song, tuple(each for each in grouping.placements if each.notes))


class GivesNoReason(Sorter):
    def place(self, track: Track) -> tuple[str | None, str]:
        return super().place(track)[0], " "


class TellsAnotherGroup(Sorter):
    def group(self, song: Song) -> Grouping:
        grouping = super().group(song)
        turned = {"high": "low", "low": "high"}
        told = tuple(replace(each, group=turned.get(str(each.group), each.group)) for each in grouping.placements)
        return Grouping(grouping.song, told)


class TellsNoGroup(Sorter):
    def group(self, song: Song) -> Grouping:
        grouping = super().group(song)
        return Grouping(grouping.song, tuple(replace(each, group="brass") for each in grouping.placements))


class FirstIsHigh(Sorter):
    def group(self, song: Song) -> Grouping:
        self.first = song.tracks[0] if song.tracks else None
        return super().group(song)

    def place(self, track: Track) -> tuple[str | None, str]:
        if track is self.first and track.name not in self.groups:
            return "high", "the first track"
        return super().place(track)


class ProgramOfTheFirst(Changed):
    def group(self, song: Song) -> Grouping:
        self.program = song.tracks[0].program if song.tracks else 0
        return super().group(song)

    def changed(self, song: Song) -> Song:
        return replace(song, tracks=tuple(replace(track, program=self.program) for track in song.tracks))


class DeafToNames(Sorter):
    def place(self, track: Track) -> tuple[str | None, str]:
        return super().place(replace(track, name=""))


class DeafToDrums(Sorter):
    def place(self, track: Track) -> tuple[str | None, str]:
        return super().place(replace(track, name="") if track.name == "drums" else track)


class CutsTwice(Changed):
    def group(self, song: Song) -> Grouping:
        self.once = any(track.name in self.groups for track in song.tracks)
        return super().group(song)

    def changed(self, song: Song) -> Song:
        if not self.once:
            return song
        return replace(song, tracks=tuple(replace(track, program=(track.program + 1) % 128) for track in song.tracks))


class NoTempo(Changed):
    def changed(self, song: Song) -> Song:
        return Song(song.ticks_per_quarter, song.tracks, meters=song.meters, keys=song.keys, markers=song.markers)


class NoMeter(Changed):
    def changed(self, song: Song) -> Song:
        return Song(song.ticks_per_quarter, song.tracks, song.tempos, keys=song.keys, markers=song.markers)


class NoMarkers(Changed):
    def changed(self, song: Song) -> Song:
        return replace(song, markers=())


class NoKeys(Changed):
    def changed(self, song: Song) -> Song:
        return replace(song, keys=rows(song.keys.dtype))


class OtherTicks(Changed):
    def changed(self, song: Song) -> Song:
        return replace(song, ticks_per_quarter=song.ticks_per_quarter * 2)


class WritesIntoTheSong(Sorter):
    def group(self, song: Song) -> Grouping:
        for track in song.tracks:
            track.notes["velocity"][:1] = 1
        return super().group(song)


class GivesASong(Sorter):
    def group(self, song: Song) -> Grouping:
        return super().group(song).song  # type: ignore[return-value]


def _all(*kinds: type) -> list[Any]:
    return [sample("grouper", f"grouper:{kind.__name__}") for kind in kinds]


GOOD = sample("grouper", "sorter:Sorter")
MUTANTS = {
    "check_groups_are_named": _all(Listed, TwiceNamed, Unnamed, OtherEachTime),
    "check_tracks_are_its_groups_in_order": _all(Backwards, OwnNames, EmptyTracks, TwoOfAGroup, GivesASong),
    "check_every_note_is_kept_or_counted": _all(LosesANote, MergesUnisons, Louder, MiscountsDrops),
    "check_every_track_is_placed": _all(TellsOfFew, GivesNoReason, TellsAnotherGroup, TellsNoGroup),
    "check_order_of_tracks_leaves_no_trace": _all(FirstIsHigh, ProgramOfTheFirst),
    "check_a_track_named_after_a_group_goes_there": _all(DeafToNames, DeafToDrums),
    "check_grouping_twice_changes_nothing": _all(CutsTwice),
    "check_the_song_itself_is_kept": _all(NoTempo, NoMeter, NoMarkers, NoKeys, OtherTicks, WritesIntoTheSong),
}
