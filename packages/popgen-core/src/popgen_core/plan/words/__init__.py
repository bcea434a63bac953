"""Plans as people write them: forms, chords, keys and energies in a line, whole plans as TOML files."""

__all__: list[str] = []
