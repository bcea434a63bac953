"""Whether figures tell songs from spoiled copies of them, and by how much each must."""

from popgen_eval.validation.separation import Separation, auc, separation, separations

__all__ = ["Separation", "auc", "separation", "separations"]
