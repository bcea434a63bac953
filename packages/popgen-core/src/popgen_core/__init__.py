"""popgen_core: songs, rolls, recipes, plug-ins; with the extra [torch] the model, training and generation."""

__all__ = ["__version__"]

__version__ = "0.1.0"
