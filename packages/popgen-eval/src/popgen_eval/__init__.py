"""popgen_eval: figures that judge symbolic music, with their laws stated; `popgen_eval.api` is the door. No torch."""

__all__ = ["__version__"]

__version__ = "0.1.0"
