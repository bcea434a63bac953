"""Whether figures tell songs from spoiled copies of them, and by how much each must."""

from popgen_eval.validation.separation import Separation, separation, separations

__all__ = ["Separation", "separation", "separations"]
