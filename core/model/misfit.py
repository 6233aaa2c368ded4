"""Weights that do not fit the configuration beside them: found by the files' headers, and named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.errors import BadCheckpoint
from core.language import _, on_one_line
from core.model.shape import Shape


def check_shapes(found: Mapping[str, tuple[int, ...]], shape: Shape) -> None:
    """Hold the weights that the files have against those that a GPT-2 of this shape has.

    Parameters
    ----------
    found : the shape of each weight, by its name in the files

    Raises
    ------
    BadCheckpoint
        If one is missing or of another shape.
    """
    # Published files leave the prefix out; those of 2018 call a gain gamma and a bias beta.
    bare = {
        name.removeprefix("transformer.").replace("gamma", "weight").replace("beta", "bias"): size
        for name, size in found.items()
    }
    wanted = dict(_weights(shape))
    absent = [name for name in wanted if name not in bare]
    others = [(n, bare[n], size) for n, size in wanted.items() if bare.get(n, size) != size]
    if others:
        raise of_another_shape(sorted(others))
    if absent:
        raise missing(sorted(absent))


def _weights(shape: Shape) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every weight of a GPT-2 and its shape; the head is ``wte`` again."""
    d = shape.n_embd
    block = {
        "ln_1": (d,), "attn.c_attn": (d, 3 * d), "attn.c_proj": (d, d),
        "ln_2": (d,), "mlp.c_fc": (d, 4 * d), "mlp.c_proj": (4 * d, d),
    }  # fmt: skip
    yield from (("wte.weight", (shape.n_vocab, d)), ("wpe.weight", (shape.n_ctx, d)))
    yield from (("ln_f.weight", (d,)), ("ln_f.bias", (d,)))
    for layer in range(shape.n_layer):
        for name, size in block.items():
            yield f"h.{layer}.{name}.weight", size
            yield f"h.{layer}.{name}.bias", size[-1:]


def of_another_shape(keys: list[tuple[str, Any, Any]]) -> BadCheckpoint:
    """The error of weights that have another shape: name, found and wanted, the first is named."""
    name, found, wanted = keys[0]
    return BadCheckpoint(
        _("{name} has the shape {found} where config.json asks for {wanted}.").format(
            name=on_one_line(name), found=tuple(found), wanted=tuple(wanted)
        ),
        _("Use the config.json that belongs to these weights."),
    )


def missing(keys: list[str]) -> BadCheckpoint:
    """The error of weights that no file has."""
    return BadCheckpoint(
        _("{n} weights are missing from the files, the first is {name}.").format(
            n=len(keys), name=on_one_line(keys[0])
        ),
        _("Use the config.json that belongs to these weights, or download them again."),
    )


def left_over(keys: list[str]) -> BadCheckpoint:
    """The error of weights that the configuration has no place for."""
    return BadCheckpoint(
        _("The files hold {n} weights that config.json knows nothing of, as {name}.").format(
            n=len(keys), name=on_one_line(keys[0])
        ),
        _("Use the config.json that belongs to these weights."),
    )


def not_finite() -> BadCheckpoint:
    """The error of weights that are no numbers, or beyond all of them."""
    return BadCheckpoint(
        _("The weights hold numbers that are not finite."),
        _("Download or copy the checkpoint again."),
    )
