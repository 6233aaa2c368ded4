"""The figures of an evaluation as Markdown, for the model card."""

from __future__ import annotations

import math

import numpy as np


def losses(figures: dict) -> str:
    """Loss, perplexity and bits per byte of each source, loss by position and by depth."""
    lines = [
        "| source | tokens | nats per token | perplexity | bits per byte |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, of in figures.items():
        if isinstance(of, dict) and "nats" in of:
            lines.append(
                f"| {name} | {of['tokens']:,} | {of['nats']:.3f} | {math.exp(of['nats']):.1f}"
                f" | {of['bits_per_byte']:.3f} |"
            )
    lines += ["", "| tokens of context | nats per token |", "|---|---:|"]
    for span, nats in figures["by_position"].items():
        lines.append(f"| {span.replace('-', ' to ')} | {nats:.3f} |")
    lines += ["", "| the same tokens, with so many before them | nats per token |", "|---|---:|"]
    for span, nats in figures["by_depth"].items():
        lines.append(f"| {span.replace('-', ' to ')} | {nats:.3f} |")
    return "\n".join(lines)


def copied(repetition: dict) -> str:
    first, second = repetition["first"], repetition["second"]
    return (
        f"Random words cost {first:.2f} nats each; the second time the same sequence comes they"
        f" cost {second:.2f} ({first - second:.2f} less)."
    )


def best_heads(best: dict) -> str:
    return (
        "Measured on random sequences that are repeated once. Clearest: "
        + ", ".join(f"{name} {head} ({score:.2f})" for name, (score, head) in best.items())
        + "."
    )


def heads_table(scores: dict[str, np.ndarray]) -> str:
    """The scores as a table, one row per head."""
    lines = ["| head | " + " | ".join(scores) + " |", "|---|" + "---:|" * len(scores)]
    n_layer, n_head = next(iter(scores.values())).shape
    for layer in range(n_layer):
        for head in range(n_head):
            cells = [f"{of_heads[layer, head]:.2f}" for of_heads in scores.values()]
            lines.append(f"| L{layer}.H{head} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def one_line(text: str) -> str:
    return " ".join(text.replace("<|endoftext|>", "").split())


def card_text(figures: dict, scores: dict[str, np.ndarray], texts: list[str]) -> str:
    """All tables of an evaluation, each under its heading."""
    near = "\n".join(f"- {w}: {', '.join(found)}" for w, found in figures["neighbours"].items())
    written = "\n".join(f"{n}. {one_line(text)}" for n, text in enumerate(texts))
    return "\n\n".join(
        (
            "### Loss\n\n" + losses(figures),
            "### Copying\n\n" + copied(figures["repetition"]),
            "### Heads\n\n" + best_heads(figures["best_heads"]) + "\n\n" + heads_table(scores),
            "### Neighbours\n\nNearest tokens by cosine in `wte`, variants in case and space left"
            " out.\n\n" + near,
            "### Samples\n\nTemperature 0.8, top-p 0.9, 60 tokens, seeds 0 to 9.\n\n" + written,
        )
    )
