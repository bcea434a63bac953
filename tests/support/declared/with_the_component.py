import mutants.component  # noqa: F401

from declared.lightly import popgen_components  # noqa: F401
