"""What popgen-eval hands in to the catalogue: one name card an evaluator; imports none of them."""

from popgen_core.contracts.card import Card
from popgen_core.plugins.hooks import hookimpl
from popgen_eval.cards.craft import CRAFT
from popgen_eval.cards.earlier import EARLIER
from popgen_eval.cards.headline import HEADLINE
from popgen_eval.cards.parts import PARTS
from popgen_eval.cards.published import PUBLISHED
from popgen_eval.cards.sets import SETS

__all__ = ["CURRENT", "popgen_components"]

CURRENT = (*HEADLINE, *PARTS, *CRAFT, *PUBLISHED, *SETS)  # one evaluator a figure, the newest


@hookimpl
def popgen_components() -> list[Card]:
    """The evaluators of this distribution, earlier versions too."""
    return [*CURRENT, *EARLIER]
