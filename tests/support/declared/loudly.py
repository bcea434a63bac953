from declared.lightly import popgen_components  # noqa: F401

print("welcome")
