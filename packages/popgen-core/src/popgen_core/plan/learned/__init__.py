"""What a corpus's plans have in common, aspect by aspect: each is counted into tables, and written from them."""

__all__: list[str] = []
