"""What figures say of songs, and how surely: summaries, tests, effects, intervals.

scipy is imported by the test that is made, not with this package: judging songs without tests does not wait for it.
"""

from popgen_eval.statistics.agreement import alpha_interval, alpha_ordinal, icc_2k, icc_2k_incomplete, raters_each
from popgen_eval.statistics.bca import bca
from popgen_eval.statistics.categorical import (
    EXACT_BELOW,
    ChiSquare,
    Preference,
    exact_binomial,
    exact_independence,
    goodness_of_fit,
    independence,
    preference,
)
from popgen_eval.statistics.clusters import ClusteredTest, ClusterShare, cluster_share, clustered_test, crossed_share
from popgen_eval.statistics.effects import FEWEST, Effect, dz_of_pairs, hedges_g
from popgen_eval.statistics.equivalence import MARGIN, Equivalence, equivalence, margin_of
from popgen_eval.statistics.multiple import benjamini_hochberg, holm
from popgen_eval.statistics.power import (
    clustered_share_power,
    clustered_share_size,
    design_effect,
    detectable_clustered_share,
    detectable_paired,
    detectable_unpaired,
    paired_power,
    paired_size,
    same_paired_size,
    same_unpaired_size,
    share_power,
    share_size,
    unpaired_power,
    unpaired_size,
)
from popgen_eval.statistics.rank_test import RankTest, auc, rank_sum, signed_rank
from popgen_eval.statistics.ratings import Rating, RatingTest, mean_ratings, rating_test
from popgen_eval.statistics.resampled import ResampledT, corrected_resampled_t
from popgen_eval.statistics.summary import Summary, bca_interval, summarise
from popgen_eval.statistics.t_test import TTest, paired_t, welch_t

__all__ = [
    "EXACT_BELOW",
    "FEWEST",
    "MARGIN",
    "ChiSquare",
    "ClusterShare",
    "ClusteredTest",
    "Effect",
    "Equivalence",
    "Preference",
    "RankTest",
    "Rating",
    "RatingTest",
    "ResampledT",
    "Summary",
    "TTest",
    "alpha_interval",
    "alpha_ordinal",
    "auc",
    "bca",
    "bca_interval",
    "benjamini_hochberg",
    "cluster_share",
    "clustered_share_power",
    "clustered_share_size",
    "clustered_test",
    "corrected_resampled_t",
    "crossed_share",
    "design_effect",
    "detectable_clustered_share",
    "detectable_paired",
    "detectable_unpaired",
    "dz_of_pairs",
    "equivalence",
    "exact_binomial",
    "exact_independence",
    "goodness_of_fit",
    "hedges_g",
    "holm",
    "icc_2k",
    "icc_2k_incomplete",
    "independence",
    "margin_of",
    "mean_ratings",
    "paired_power",
    "paired_size",
    "paired_t",
    "preference",
    "rank_sum",
    "raters_each",
    "rating_test",
    "same_paired_size",
    "same_unpaired_size",
    "share_power",
    "share_size",
    "signed_rank",
    "summarise",
    "unpaired_power",
    "unpaired_size",
    "welch_t",
]
