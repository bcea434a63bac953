"""What a track's name gives away about its part, in the words that musicians of several languages give their tracks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["groups_of_name"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# names of composers, files, staves and patches: they say nothing about the part
NO_PART = _words(
    "by composed composer composition arranged arranger written sequenced copyright copyrighted clef clefs staff "
    "treble untitled unnamed soundfont remixed version http https www com mid midis"
)
KITS = _words(
    "drum drums drumkit drumset drumkits drumz percussion percussions percusso perc kick kicks snare snares hihat "
    "hihats hat hats cymbal cymbals tom toms tambourine shaker cowbell conga congas bongo bongos rimshot "
    "schlagzeug perkussion trommel trommeln batterie bateria batteria percusion percussao percusiones percussioni "
    "slagverk doramu dorums"
)
ONLY_KITS = _words("kit crash ride clap claps beat hh bd sd dr drm")  # these only where they stand alone
ROOMS_OF_KITS = _words("standard room power electronic jazz brush orchestra analog dance house kit")
NO_KITS = _words("steel taiko synth reverse rev oil tongue talking melodic")
BASSES = _words(
    "bass basses bassline fretless baixo bajo basse bas basu beesu besu bassgitarre subbass sub ebass abass bs"
)
ONLY_BASSES = _words("base basso upright")
SUNG = _words(
    "melody melodie melodies melodia merodi merodii vocal vocals vox voc singer singing gesang voz vozes voce "
    "bokaru boukaru"
)
LEADS = _words("lead leads solo soloist solist solista ld")
ONLY_LEADS = _words("led uta sing chant canto")
PATCHES = _words("square sawtooth saw calliope chiff charang fifths voice")  # synth leads of General MIDI
BACKING = _words("backing back background bgv bg aah aahs ooh oohs")
GUITARS = _words(
    "guitar guitars guit gtr gtrs gt git gita gitaa gitarre gitarren guitare guitares guitarra guitarras "
    "chitarra chitarre egtr agtr egit agit"
)
PICKED = _words("arpeggio arpeggios arpeggi arpege arpegio arpegios arp arps riff riffs picking")
STRUMMED = _words("rhythm rhyth rhythmus ritmica ritmo rythmique rythm strum strums strummed strumming comp comping")
CHORDS = _words("chord chords akkord akkorde accord accords acorde acordes accordi accompaniment accomp begleitung")
KEYS = _words(
    "piano pianos pno pianoforte klavier fluegel flugel rhodes wurli wurlitzer epiano epno keys keyboard keyboards "
    "tasten teclado teclados clavier tastiera clav clavi clavinet harpsichord cembalo"
)
ORGANS = _words("organ organs orgel orgue organo orgao org hammond")
STRINGS = _words(
    "string strings str sstrings streicher cordes cordas cuerdas archi violins violas cellos celli orchestra orchester "
    "orchestre orquesta orch ensemble pad pads choir chor coro choeur choirs sutoringusu"
)
BOWED = _words("violin violine vln geige violon violino viola vla bratsche cello vc vlc violoncello fiddle")
CONTRABASSES = _words("contrabass kontrabass contrebasse contrabbasso contrabajo")
WINDS = _words(
    "flute floete flote flauta flauto recorder piccolo sax saxophone saxofon saxofone saxo clarinet klarinette "
    "clarinete oboe bassoon fagott ocarina whistle harmonica mundharmonika"
)
BRASS = _words(
    "brass trumpet trumpets tpt trompete trompette trompeta tromba trombone trombones tbn posaune horn horns tuba "
    "blaeser blaser metais metales cuivres ottoni"
)
BELLS = _words(
    "bell bells glock glockenspiel vibes vibraphone vibraphon marimba xylophone celesta timpani timp kalimba tubular"
)
EFFECTS, HITS = _words("fx sfx effect effects noise noises applause"), _words("hit hits")

LONGEST = 5  # words; more make a title or a sentence


@lru_cache(maxsize=4096)
def groups_of_name(name: str) -> tuple[str, ...]:
    """The groups that a track of this name may belong to, the likeliest first; none where the name says nothing.

    Several where a name leaves it open: a "Guitar" may play arpeggios (guitar) or be strummed (chords).
    """
    plain = unicodedata.normalize("NFKD", name[:200]).encode("ascii", "ignore").decode()
    if "@" in name or ".mid" in name.lower() or "©" in name or "(c)" in name.lower():
        return ()
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain).lower()
    words = re.findall(r"[a-z]+", split)
    telling = frozenset(word for word in words if len(word) > 1 and word != "midi")
    if not telling or len(telling) > LONGEST or telling & NO_PART:
        return ()
    return _kit(telling) or _low(telling) or _front(telling) or _middle(telling)


def _kit(words: frozenset[str]) -> tuple[str, ...]:
    """Drums, unless they are drums with a tune."""
    alone = len(words) == 1 and words & ONLY_KITS
    if (words & KITS or alone or ("kit" in words and words <= ROOMS_OF_KITS)) and not words & NO_KITS:
        return ("drums",)
    return ()


def _low(words: frozenset[str]) -> tuple[str, ...]:
    """Basses, but neither bass clarinets nor the synth patch that is bass and lead in one."""
    if words & BASSES and not words & (LEADS | SUNG | WINDS | BRASS | KEYS | BACKING):
        return ("bass",)
    if words & CONTRABASSES:
        return ("strings", "bass")
    return ("bass",) if len(words) == 1 and words & ONLY_BASSES else ()


def _front(words: frozenset[str]) -> tuple[str, ...]:
    """Melodies, leads and guitars."""
    if words & (BASSES | KITS):
        return ()
    if words & SUNG or (len(words) == 1 and words & ONLY_LEADS):
        return ("strings", "others") if words & BACKING else ("lead",)
    leading = words & LEADS and not words & PATCHES
    if words & GUITARS:
        if words & (STRUMMED | CHORDS):
            return ("chords",)
        return ("guitar",) if leading or words & PICKED else ("guitar", "chords")
    if words & LEADS:
        return ("lead",) if leading else ()
    return ("guitar",) if words & PICKED and not words & KEYS else ()


def _middle(words: frozenset[str]) -> tuple[str, ...]:
    """All that accompanies, and what may do either."""
    if words & (KITS | LEADS) or (words & BASSES and not words & (WINDS | BRASS)):
        return ()
    if words & EFFECTS or (words & HITS and len(words) <= 2):  # "Orchestra Hit", not "Hit The Road Jack"
        return ("others",)
    if words & (KEYS | CHORDS | STRUMMED):
        return ("chords", "strings") if words & STRINGS else ("chords",)
    families = (
        (BRASS, ("others", "lead")),
        (STRINGS, ("strings",)),
        (ORGANS, ("chords", "lead", "strings")),
        (BOWED, ("strings", "lead")),
        (WINDS, ("lead", "others")),
        (BELLS, ("others", "lead")),
    )
    return next((groups for family, groups in families if words & family), ())
