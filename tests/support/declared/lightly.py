from popgen_core.contracts.card import Card
from popgen_core.plugins import hookimpl


@hookimpl
def popgen_components() -> list[Card]:
    return [Card("grouper", "sample.v1", "mutants.component:Sorter", "a sample")]
