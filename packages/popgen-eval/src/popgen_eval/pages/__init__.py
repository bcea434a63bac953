"""The page of an evaluation: one file for a browser, with every figure, every song and what no figure can tell."""

from popgen_eval.pages.report import report_page

__all__ = ["report_page"]
