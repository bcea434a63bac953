components: list[str] = []
