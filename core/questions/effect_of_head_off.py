"""What does the prediction lose when one head is switched off?"""

from __future__ import annotations

from core.engine.backend import Backend
from core.language import _
from core.questions import told
from core.questions.found import FAIR, Found, Refused
from core.questions.heads import NOTHING
from core.questions.looks import look
from core.questions.reading import box, named
from core.questions.registry import check
from core.questions.told import Told
from core.views.effects import Change, change_without


@check(
    "effect_of_head_off",
    gives="choice",
    outcomes=("nothing", "less", "first_changes", "nonsense"),
    numbers=(
        "head", "weight", "looked", "bits", "top", "p_before", "p_after", "new_top", "new_p",
    ),
    places=("layer", "head", "token", "key", "off"),
)  # fmt: skip
def effect_of_head_off(engine: Backend, prompt: str, *, head: str = "loud_useless") -> Found:
    """Whether almost nothing changes, the same token leads by less or more, or another one leads.

    Parameters
    ----------
    head : a name or a wish; see `core.questions.heads`
    """
    seen = look(engine, prompt, head)
    found = engine.view(change_without, seen.trace, frozenset({(seen.layer, seen.head)}))
    weight, looked = seen.row[seen.looked], seen.trace.token_ids[seen.looked]
    shown = [weight, found.divergence, *_shares(found, found.best_before)]
    shown.append(_shares(found, found.best_after)[1])
    return Found(
        right=_outcome(found),
        numbers={
            "head": Told("head", (seen.layer, seen.head)),
            **told.percents(weight=weight),
            **named(engine, looked=looked),
            **_moved(engine, found),
        },
        places=seen.places,
        recipe=box(
            engine, "effect_of_head_off", prompt=prompt,
            layer=seen.layer, head=seen.head, shown=shown,
        ),
    )  # fmt: skip


def _moved(engine: Backend, found: Change) -> dict[str, Told]:
    """What a change says in numbers."""
    before, after = _shares(found, found.best_before)
    return {
        **told.bits(bits=found.divergence),
        **named(engine, top=found.best_before, new_top=found.best_after),
        **told.percents(p_before=before, p_after=after),
        **told.percents(new_p=_shares(found, found.best_after)[1]),
    }


def _outcome(found: Change) -> str:
    """Refuses what is neither nothing nor something: another run of the arithmetic may tip it."""
    moved, same = found.divergence, found.best_before == found.best_after
    if same and moved < NOTHING / FAIR:
        return "nothing"
    if moved < NOTHING * FAIR:
        raise Refused(
            _("Without this head the prediction changes neither clearly nor not at all."),
            _("Try another head, or another prompt."),
        )
    return "less" if same else "first_changes"


def _shares(found: Change, token_id: int) -> tuple[float, float]:
    """A token's probability before and after; the best of each side is among those named."""
    at = found.token_ids.tolist().index(token_id)
    return float(found.before[at]), float(found.after[at])
