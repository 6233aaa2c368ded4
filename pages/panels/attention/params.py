"""What can be chosen on the attention page, each declared once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.errors import LearnerError, OutOfRange
from core.language import _
from core.model.bounds import check_head, check_layer, check_position
from core.views.ablation import MODES
from core.views.attention import LayerAttention
from core.views.glance import farthest_look
from core.views.head_kinds import KINDS
from pages.kit.chosen import TOKEN
from pages.kit.controls import Choice, Number, Switch
from pages.kit.many import Many
from pages.kit.params import Values
from pages.panels.attention.words import kind_titles

Check = Callable[[int, int], None]


# --- the place: a head, a query token and a key token --------------------------------------


class _Place(Number[int]):
    """One part of the place; a link may ask for more than the model or the prompt has."""

    def __init__(self, name: str, count: Callable[[Values], int], check: Check, **more: Any):
        super().__init__(
            name, 0, lambda at: count(at) - 1, step=1, key=f"attention_{name}", always=True,
            help=lambda at: _("From 0 to {last}.").format(last=count(at) - 1), **more,
        )  # fmt: skip
        self._count, self._check = count, check

    def problem(self, raw: str, at: Values) -> str | LearnerError:
        try:
            self._check(int(raw), self._count(at))
        except OutOfRange as error:
            return error
        except ValueError:
            pass
        text = _("The address of this page names no number for “{name}”.").format(name=self.name)
        return OutOfRange(text, "")


#: The token that looks: the one that all pages follow.
QUERY = TOKEN


def _far(at: Values) -> tuple[int, int]:
    """The head that looks hardest at one token some way back: what a reader does not expect."""
    state = at.now.shining
    if state is not None and state.token == at[QUERY]:
        return state.layer, state.head
    return at.now.engine.view(farthest_look, at.now.trace(), at[QUERY])


LAYER = _Place(
    "layer", lambda at: at.now.engine.shape.n_layer, check_layer,
    default=lambda at: _far(at)[0], title=lambda: _("Layer"),
)  # fmt: skip
HEAD = _Place(
    "head", lambda at: at.now.engine.shape.n_head, check_head,
    default=lambda at: _far(at)[1], title=lambda: _("Head"),
)  # fmt: skip


def attention_of(at: Values) -> LayerAttention:
    """The attention of the layer that is looked at."""
    return at.now.engine.attention(at.now.trace(), at[LAYER])


#: Another head or query looks somewhere else: its own strongest key comes next.
KEY = _Place(
    "key", lambda at: len(at.now.ids), check_position,
    default=lambda at: attention_of(at).strongest_key(at[HEAD], at[QUERY]),
    scope=lambda at: (at.now.ids, at[LAYER], at[HEAD], at[QUERY]), title=lambda: _("Key token"),
)  # fmt: skip

# --- all heads -------------------------------------------------------------------------------

KIND = Choice(
    "attention_kind", lambda at: {kind: kind_titles()[kind] for kind in KINDS}, menu=True,
    title=lambda: _("Bar under each head"),
)  # fmt: skip
FOLD = Choice(
    "attention_fold",
    lambda at: {"max": _("largest"), "mean": _("average")},
    title=lambda: _("Long prompts are folded by"),
    help=lambda at: _(
        "In the small pictures of a long prompt one cell stands for several; it shows the largest"
        " of their weights, or the average. Colours grow with the square root of a weight, so that"
        " faint stripes show."
    ),
)
SORT = Switch("attention_sort", title=lambda: _("Sort by the bar"))

# --- one head --------------------------------------------------------------------------------

HIDE_FIRST = Switch(
    "attention_hide_first",
    title=lambda: _("Hide the first token, share out its weight"),
    help=lambda at: _("Many heads rest on the first token. Without it the rest becomes visible."),
)
VIEW = Choice(
    "attention_view",
    lambda at: {
        "row": _("Step by step"),
        "dims": _("Why this score"),
        "matrix": _("Matrices"),
        "out": _("Times v"),
    },
    title=lambda: _("Show"),
)

# --- heads switched off ----------------------------------------------------------------------


def head_name(layer: int, head: int) -> str:
    return f"L{layer}.H{head}"


def head_names(at: Values) -> list[str]:
    """All heads of the model, layer after layer."""
    shape = at.now.engine.shape
    return [head_name(i, h) for i in range(shape.n_layer) for h in range(shape.n_head)]


def _needed(at: Values) -> list[str]:
    """Heads without which the model answers otherwise, if they are known; else the chosen one."""
    state = at.now.shining
    heads = [(at[LAYER], at[HEAD])] if state is None else state.off
    return [head_name(layer, head) for layer, head in heads]


OFF = Many(
    "attention_off", head_names, default=_needed,
    title=lambda: _("Heads switched off"),
    placeholder=lambda: _("Choose heads, or use the buttons"),
)  # fmt: skip
MODE = Choice(
    "attention_mode",
    lambda at: dict(zip(MODES, (_("zeros"), _("their average here")), strict=True)),
    title=lambda: _("In their place"),
    help=lambda at: _(
        "Zeros: the head writes nothing. Average: it writes what it writes on average"
        " over the tokens of this prompt, which keeps constant parts."
    ),
)

# --- all layers together ---------------------------------------------------------------------

WHICH = Choice(
    "attention_together",
    lambda at: {"rollout": _("Rollout"), "mean": _("Average"), "largest": _("Largest")},
    title=lambda: _("How to put them together"),
)
