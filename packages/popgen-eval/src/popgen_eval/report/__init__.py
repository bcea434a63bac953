"""What an evaluation found: the scores of every song; written as JSON or CSV, and read back."""

from popgen_eval.report.report import FORMAT, FileScores, Report

__all__ = ["FORMAT", "FileScores", "Report"]
