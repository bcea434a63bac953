"""One family of figures a file; each evaluator states the law of its figures."""

__all__: list[str] = []
