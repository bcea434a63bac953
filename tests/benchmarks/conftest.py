"""Fixtures of the tests of benchmarks: a dataset of two short songs and a run of some ten steps."""

from tiny_run import tiny_changes, tiny_dataset, tiny_run

__all__ = ["tiny_changes", "tiny_dataset", "tiny_run"]
