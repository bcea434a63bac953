"""Decoders that break one promise each; GOOD is the paper's, and Ordered one whose notes know of each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import nn

from mutants import decoder_draws as draws
from mutants import decoder_songs as songs
from mutants import sample
from popgen_core.contracts.tensors import Prediction
from popgen_core.decoders.independent import Independent
from popgen_core.decoders.ordered import Ordered


class Predicts(Independent):
    """Its logits of onsets are changed."""

    def forward(self, hidden: Any, target: Any = None, inputs: Any = None) -> Prediction:
        made = super().forward(hidden, target, inputs)
        return replace(made, onset=self.changed(made.onset))

    def changed(self, onset: Any) -> Any:
        return onset


class Misnamed(Independent):
    form = "events"


class OfTwoForms(Independent):
    def __init__(self, config: Any, sizes: Any) -> None:
        super().__init__(config, sizes)
        self.form = "events"


class PitchesFirst(Predicts):
    def changed(self, onset: Any) -> Any:
        return onset.transpose(2, 3)


class OfTwelvePitches(Predicts):
    def changed(self, onset: Any) -> Any:
        return onset[..., :12] + torch.zeros(12)


class ItsOwnChance(Independent):
    def sample(self, hidden: Any, inputs: Any, constraints: Any, settings: Any, generator: Any) -> Any:
        own = torch.Generator().manual_seed(int(torch.randint(1000, ())))
        return super().sample(hidden, inputs, constraints, settings, own)


class ItsOwnSeed(Independent):
    def sample(self, hidden: Any, inputs: Any, constraints: Any, settings: Any, generator: Any) -> Any:
        return super().sample(hidden, inputs, constraints, settings, torch.Generator().manual_seed(0))


class UncertainOfTheGiven(Independent):
    def forward(self, hidden: Any, target: Any = None, inputs: Any = None) -> Prediction:
        return super().forward(hidden, target, None)


class KnowsItself(Ordered):
    def __init__(self, config: Any, sizes: Any) -> None:
        super().__init__(config, sizes)
        self.before = torch.ones_like(self.before)


class KnowsWhatGoesOn(Independent):
    def forward(self, hidden: Any, target: Any = None, inputs: Any = None) -> Prediction:
        made = super().forward(hidden, target, inputs)
        return made if target is None else replace(made, active=made.active + 4 * target.active - 2)


class DrawsEachAlone(Ordered):
    def _said(self, cells: Any, gate: Any) -> Any:
        return 0 * super()._said(cells, gate)


class HearsTheFrameBefore(Independent):
    def forward(self, hidden: Any, target: Any = None, inputs: Any = None) -> Prediction:
        return super().forward(hidden + hidden.roll(1, 1), target, inputs)


class HearsOtherSongs(Independent):
    def forward(self, hidden: Any, target: Any = None, inputs: Any = None) -> Prediction:
        return super().forward(hidden - hidden.mean(0), target, inputs)


class PrimedTheWrongWay(Independent):
    def prime(self, rates: Any) -> None:
        with torch.no_grad():
            self.heads.bias.view(5, *self.shape)[0] = -rates.onset.clamp(1e-5, 1 - 1e-5).logit()


class PrimedToNever(Independent):
    def prime(self, rates: Any) -> None:
        with torch.no_grad():
            self.heads.bias.view(5, *self.shape)[0] = rates.onset.logit()


class Overflows(Predicts):
    def changed(self, onset: Any) -> Any:
        return onset.exp()


class Idle(Independent):
    def __init__(self, config: Any, sizes: Any) -> None:
        super().__init__(config, sizes)
        self.spare = nn.Linear(sizes.width, 1)


class Unsaved(Predicts):
    def __init__(self, config: Any, sizes: Any) -> None:
        super().__init__(config, sizes)
        self.register_buffer("tilt", torch.randn(()), persistent=False)

    def changed(self, onset: Any) -> Any:
        return onset + self.tilt


class Noisy(Predicts):
    def changed(self, onset: Any) -> Any:
        return nn.functional.dropout(onset)


class RoundsAway(Predicts):
    def changed(self, onset: Any) -> Any:
        return onset + (1 - (onset * 0 + 8).sigmoid()).log()


class StaysBehind(Predicts):
    def __init__(self, config: Any, sizes: Any) -> None:
        super().__init__(config, sizes)
        self.tilt = torch.zeros(sizes.roll.pitches)

    def changed(self, onset: Any) -> Any:
        return onset + self.tilt


class ChangesHidden(Independent):
    def forward(self, hidden: Any, target: Any = None, inputs: Any = None) -> Prediction:
        return super().forward(hidden.mul_(2), target, inputs)


def _these(*names: type) -> list[Any]:
    return [sample("decoder", f"{each.__module__.removeprefix('mutants.')}:{each.__name__}") for each in names]


GOOD = sample("decoder", "decoder:Independent")
MUTANTS = {
    "check_predictions_have_their_form": _these(Misnamed, OfTwoForms, PitchesFirst),
    "check_it_takes_any_roll_and_width": _these(OfTwelvePitches, draws.DrawsNumbers),
    "check_the_given_generator_alone_decides": _these(ItsOwnChance, ItsOwnSeed),
    "check_drawing_moves_no_other_chance": _these(draws.MovesTheGlobalChance, songs.Prints, songs.SeedsTheGlobalChance),
    "check_drawn_values_are_in_their_ranges": _these(
        draws.Loud, draws.NegativeLengths, draws.FarOffsets, draws.NoNumbersBetweenNotes
    ),
    "check_a_touch_moves_how_notes_are_played_alone": _these(draws.TouchesTheNotes, draws.NeverTouched),
    "check_a_note_sounds_on_only_where_one_sounded": _these(draws.RingsOn, draws.OnsetAlone),
    "check_what_must_not_play_is_silent": _these(draws.PlaysAnything, draws.SoundsOnWhereNoneMayPlay),
    "check_no_note_begins_where_the_lean_is_minus_infinity": _these(draws.NeverLeans, draws.LeansAsTheFirst),
    "check_no_more_notes_sound_than_may": _these(draws.Crowded, draws.CountsNewNotesAlone, draws.OldNotesFirst),
    "check_held_notes_sound_on": _these(draws.NeverHolds, draws.HoldsSilence),
    "check_a_note_begins_where_one_must": _these(
        draws.MayBegin,
        draws.AllBegin,
        draws.BeginsWhereNoneMayPlay,
        songs.MasksAfterwards,
        songs.ForgetsRoomWhereOneMustBegin,
    ),
    "check_given_notes_are_kept": _these(draws.Redraws, draws.AddsToTheGiven, draws.OwnVelocities, UncertainOfTheGiven),
    "check_chances_of_all_frames_sum_to_one": _these(KnowsItself, KnowsWhatGoesOn, UncertainOfTheGiven),
    "check_frames_are_drawn_as_often_as_their_chances_say": _these(
        DrawsEachAlone,
        draws.AlwaysHalfAsWarm,
        draws.EndsSooner,
        draws.RingsOn,
        draws.TheSecondChannel,
        songs.OneHiddenForAll,
        songs.OneRecallForAll,
    ),
    "check_a_lean_is_added_to_the_logits_of_new_notes": _these(
        draws.NeverLeans, draws.LeansByHalf, draws.LeansAsTheFirst
    ),
    "check_a_frame_that_must_begin_is_drawn_from_those_with_an_onset": _these(
        draws.MayBegin,
        draws.AllBegin,
        draws.BeginsAtTheFirstCell,
        songs.MasksAfterwards,
        songs.RaisesTheRest,
        songs.LeansAsTheFirstWhereOneMustBegin,
    ),
    "check_cells_that_may_play_keep_their_chances": _these(songs.RaisesTheRest),
    "check_songs_of_a_batch_are_drawn_apart": _these(songs.RhythmOfTheFirst, songs.OneHiddenForAll),
    "check_a_temperature_changes_which_notes_come": _these(
        draws.NeverWarm, draws.OneTemperatureForAll, songs.KnowsNoSettings
    ),
    "check_a_temperature_leaves_the_number_of_notes": _these(draws.Divided),
    "check_top_p_draws_the_likeliest_cells_alone": _these(draws.NeverChoosy),
    "check_top_p_leaves_the_number_of_notes": _these(draws.Divided),
    "check_songs_and_frames_are_decoded_apart": _these(HearsTheFrameBefore, HearsOtherSongs),
    "check_priming_goes_towards_the_rates": _these(PrimedTheWrongWay, PrimedToNever),
    "check_extreme_hidden_vectors_stay_finite": _these(Overflows, draws.OverflowsWhereItDraws),
    "check_every_parameter_learns": _these(Idle),
    "check_saved_weights_make_it_the_same": _these(Unsaved),
    "check_it_is_steady_in_eval": _these(Noisy),
    "check_half_precision_stays_finite": _these(RoundsAway),
    "check_it_moves_to_another_device": _these(StaysBehind),
    "check_it_leaves_what_it_is_given": _these(ChangesHidden, draws.ForgetsThePast, draws.FreesConstraints),
}
