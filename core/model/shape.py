"""The sizes that make one GPT-2 different from another, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.errors import BadCheckpoint
from core.language import _, on_one_line
from core.numbers import count

#: The largest sizes that the pages can show; GPT-3 has 96 layers of 96 heads, 12,288 wide.
MOST = {"n_layer": 256, "n_head": 256, "n_embd": 65_536, "n_ctx": 65_536, "n_vocab": 1_000_000}
#: Bytes of one number of each type that weights are kept in.
ITEM_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}


@dataclass(frozen=True)
class Shape:
    """The sizes that make one GPT-2 different from another.

    Attributes
    ----------
    n_layer : blocks
    n_head : attention heads of a block
    n_embd : width of the residual stream
    n_ctx : longest context, in tokens
    n_vocab : tokens in the vocabulary
    """

    n_layer: int
    n_head: int
    n_embd: int
    n_ctx: int
    n_vocab: int

    @property
    def d_head(self) -> int:
        """Width of one head."""
        return self.n_embd // self.n_head

    @property
    def n_params(self) -> int:
        """Parameters, the tied head counted once."""
        return sum(self.parts().values())

    def parts(self) -> dict[str, int]:
        """Parameters by part of the model; they add up to `n_params`.

        Returns
        -------
        dict
            ``wte``, ``wpe``, ``attention``, ``mlp`` and ``layer norms``. The head is tied to
            ``wte`` and adds nothing.

        References
        ----------
        Radford et al. (2019), Language Models are Unsupervised Multitask Learners, section 2.3.
        """
        d = self.n_embd
        return {
            "wte": self.n_vocab * d,
            "wpe": self.n_ctx * d,
            # c_attn (d, 3d) and c_proj (d, d), with their biases
            "attention": self.n_layer * (4 * d * d + 4 * d),
            # c_fc (d, 4d) and c_proj (4d, d), with their biases
            "mlp": self.n_layer * (8 * d * d + 5 * d),
            # ln_1 and ln_2 of each block, and ln_f: a gain and a bias each
            "layer norms": self.n_layer * 4 * d + 2 * d,
        }

    @property
    def block_params(self) -> int:
        """Parameters of one block."""
        d = self.n_embd
        return 12 * d * d + 13 * d

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Shape:
        """The shape written in a ``config.json``.

        Parameters
        ----------
        config : the parsed file

        Raises
        ------
        BadCheckpoint
            If it is not the configuration of a GPT-2, or a size is missing or impossible.
        """
        kind = config.get("model_type")
        if kind != "gpt2":
            raise BadCheckpoint(
                _("This checkpoint is a “{kind}” model, not a GPT-2.").format(
                    kind=on_one_line(str(kind or "?"))
                ),
                _("Choose a checkpoint whose config.json says model_type “gpt2”."),
            )
        # Files of 2019 call the context n_ctx as well as n_positions; the newer word rules.
        shape = cls(
            _size("n_layer", config.get("n_layer")),
            _size("n_head", config.get("n_head")),
            _size("n_embd", config.get("n_embd")),
            _size("n_ctx", config.get("n_positions", config.get("n_ctx"))),
            _size("n_vocab", config.get("vocab_size")),
        )
        if shape.n_embd % shape.n_head:
            raise _unusable(
                _("The width {width} cannot be divided into {heads} heads.").format(
                    width=shape.n_embd, heads=shape.n_head
                )
            )
        return shape


def _size(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _unusable(_("The checkpoint's config.json has no usable {name}.").format(name=name))
    if value > MOST[name]:
        raise BadCheckpoint(
            _("This checkpoint's {name} is beyond {most}, the most that can be shown.").format(
                name=name, most=count(MOST[name])
            ),
            _("Choose a checkpoint with GPT-2's own settings."),
        )
    return value


def _unusable(problem: str) -> BadCheckpoint:
    return BadCheckpoint(problem, _("Download or export the checkpoint again."))
