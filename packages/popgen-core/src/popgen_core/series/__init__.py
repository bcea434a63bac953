"""Series of runs: the folds of a dataset, the seeds of a recipe; one run after another in one folder."""

__all__: list[str] = []
