"""The colour in which each instrument group is drawn, the same in every picture.

Chosen so that no two of them are less than 25 apart (CIE 1976 colour difference), for the normal eye and as protanopes,
deuteranopes and tritanopes see them (Machado, Oliveira and Fernandes 2009), and none is too pale on white.
"""

__all__ = ["COLOURS"]

COLOURS = {
    "drums": "#404040",
    "bass": "#3b3dca",
    "chords": "#bb2908",
    "guitar": "#5d9560",
    "strings": "#9b73cb",
    "lead": "#ddb536",
    "others": "#68cad2",
}
