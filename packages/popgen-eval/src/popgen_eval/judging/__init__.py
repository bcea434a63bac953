"""Songs judged: by which evaluators, one song, many files, against others; the scores go into a report."""

__all__: list[str] = []
