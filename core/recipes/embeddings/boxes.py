"""Boxes of the embeddings page."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.recipes.recipe import Recipe, preamble
from core.views.analogy import Analogy
from core.views.input_sum import InputSum
from core.views.matrix import MatrixFacts
from core.views.meeting import Meeting
from core.views.neighbours import Neighbours
from core.views.positions import PositionMap
from core.views.walk import Walk
from core.views.word_map import WordMap

#: The residual stream entering each block and leaving the last, before ln_f.
_RESID = """
def residual_stream(ids):
    kept = []                                   # the last one: caught as it enters ln_f
    hook = model.transformer.ln_f.register_forward_pre_hook(lambda m, x: kept.append(x[0]))
    with torch.no_grad():
        out = model(ids, output_hidden_states=True)
    hook.remove()
    return torch.cat([*out.hidden_states[:-1], *kept])      # (n_layer + 1, n_ctx, n_embd)
"""


def input_sum(
    source: str, prompt: dict[str, Any], found: InputSum, row: int, position: int, dim: int
) -> Recipe:
    """The token's row, the position's row and their sum."""
    code = (
        preamble(source, **prompt)
        + f"""
position, dim = {position}, {dim}
token = model.transformer.wte.weight[ids[0, position]].detach()
place = model.transformer.wpe.weight[position].detach()
total = token + place                           # what enters block 0
print(f"{{token[dim]:+.6f}} {{place[dim]:+.6f}} = {{total[dim]:+.6f}}")
result = {{"wte": token, "wpe": place, "sum": total}}
"""
    )
    shown = {"wte": found.wte[row], "wpe": found.wpe[row], "sum": found.total[row]}
    return Recipe("embeddings-sum", code, shown)


_SEARCH = """
def family(i):                                  # tokens that differ only in case or spaces
    text = tokenizer.decode([i])
    return i if "\\ufffd" in text else text.strip(" ").casefold() or text
"""


def neighbours(
    source: str, ids: tuple[int, ...], by: str, hide_variants: bool, found: Neighbours
) -> Recipe:
    """The nearest tokens of the whole vocabulary."""
    score = {
        "cosine": "wte @ vector / (wte.norm(dim=1) * vector.norm())",
        "dot": "wte @ vector",
    }[by]
    start = "{family(i) for i in chosen}" if hide_variants else "set()"
    name = "family(i)" if hide_variants else "i"
    code = (
        preamble(source)
        + (_SEARCH if hide_variants else "")
        + f"""
wte = model.transformer.wte.weight.detach()
chosen = {list(ids)}
vector = wte[chosen].mean(dim=0)
score = {score}
seen, best = {start}, []
for i in score.argsort(descending=True).tolist():
    if i not in chosen and {name} not in seen:
        seen.add({name})
        best.append(i)
    if len(best) == {len(found.ids)}:
        break
for i in best:
    print(f"{{score[i]:9.4f}}  {{tokenizer.decode([i])!r}}")
result = {{"ids": best, "scores": score[best]}}
"""
    )
    return Recipe("embeddings-neighbours", code, {"ids": found.ids, "scores": found.values})


def analogy(
    source: str, a: tuple[int, ...], b: tuple[int, ...], c: tuple[int, ...], found: Analogy
) -> Recipe:
    """a - b + c, and the tokens nearest to it."""
    code = (
        preamble(source)
        + _SEARCH
        + f"""
wte = model.transformer.wte.weight.detach()
a, b, c = {list(a)}, {list(b)}, {list(c)}
vector = wte[a].mean(dim=0) - wte[b].mean(dim=0) + wte[c].mean(dim=0)
score = wte @ vector / (wte.norm(dim=1) * vector.norm()).clamp(min=1e-12)
seen, best = {{family(i) for i in a + b + c}}, []    # the words that went in are left out
for i in score.argsort(descending=True).tolist():
    if family(i) not in seen:
        seen.add(family(i))
        best.append(i)
    if len(best) == {len(found.answers.ids)}:
        break
for i in best:
    print(f"{{score[i]:.4f}}  {{tokenizer.decode([i])!r}}")
result = {{"ids": best, "scores": score[best]}}
"""
    )
    shown = {"ids": found.answers.ids, "scores": found.answers.values}
    return Recipe("embeddings-analogy", code, shown)


def word_map(
    source: str, prompt: dict[str, Any], word_ids: tuple[int, ...], layer: int, found: WordMap
) -> Recipe:
    """PCA of the embeddings; the contextual vectors on the same axes."""
    code = (
        preamble(source, **prompt)
        + "from sklearn.decomposition import PCA\n"
        + _RESID
        + f"""
words = {list(word_ids)}
once = list(dict.fromkeys(words + ids[0].tolist()))         # each different token counts once
wte = torch.nn.functional.normalize(model.transformer.wte.weight.detach(), dim=1)
pca = PCA(2, svd_solver="full").fit(wte[once].numpy())
axes = pca.components_
for axis in axes:                               # fix the signs: the largest entry is positive
    axis *= 1 if axis[abs(axis).argmax()] > 0 else -1
resid = torch.nn.functional.normalize(residual_stream(ids)[{layer}], dim=-1).numpy()
here = (resid - pca.mean_) @ axes.T             # the prompt's tokens, {_stage(layer)}
print(pca.explained_variance_ratio_)
print(here)
result = {{"explained": pca.explained_variance_ratio_, "here": here}}
"""
    )
    shown = {"explained": found.explained, "here": found.path[layer]}
    return Recipe("embeddings-map", code, shown, tolerance=2e-3)


def _stage(layer: int) -> str:
    return "as they enter block 0" if layer == 0 else f"after block {layer - 1}"


def position_similarity(source: str, found: np.ndarray) -> Recipe:
    """Cosines between all positions."""
    code = (
        preamble(source)
        + """
wpe = torch.nn.functional.normalize(model.transformer.wpe.weight.detach(), dim=1)
cosine = wpe @ wpe.T                            # (n_ctx, n_ctx)
print(cosine)
result = cosine
"""
    )
    return Recipe("embeddings-position-similarity", code, found)


def position_map(source: str, found: PositionMap) -> Recipe:
    """PCA of the positions."""
    code = (
        preamble(source)
        + """from sklearn.decomposition import PCA

wpe = model.transformer.wpe.weight.detach().numpy()
pca = PCA(3, svd_solver="full").fit(wpe)
axes = pca.components_
for axis in axes:                               # fix the signs: the largest entry is positive
    axis *= 1 if axis[abs(axis).argmax()] > 0 else -1
points = (wpe - pca.mean_) @ axes.T
print(pca.explained_variance_ratio_)
print(points)
result = {"explained": pca.explained_variance_ratio_, "points": points}
"""
    )
    shown = {"explained": found.explained, "points": found.points}
    return Recipe("embeddings-position-map", code, shown, tolerance=2e-3)


def position_norms(source: str, found: np.ndarray) -> Recipe:
    """Length of each position's vector."""
    code = (
        preamble(source)
        + """
result = model.transformer.wpe.weight.detach().norm(dim=1)
print(result)
"""
    )
    return Recipe("embeddings-position-norms", code, found)


def swap(source: str, ids: tuple[int, ...], swapped: tuple[int, ...], found: np.ndarray) -> Recipe:
    """How far each vector moves when two words are exchanged."""
    code = (
        preamble(source, token_ids=ids)
        + f"swapped = torch.tensor([{list(swapped)}])\n"
        + _RESID
        + """
before, after = residual_stream(ids), residual_stream(swapped)
change = (after - before).norm(dim=-1) / before.norm(dim=-1)    # (n_layer + 1, n_ctx)
for layer, row in enumerate(change):
    print(layer, " ".join(f"{100 * x:4.0f}%" for x in row))
result = change
"""
    )
    return Recipe("embeddings-swap", code, found)


def walk(source: str, prompt: dict[str, Any], position: int, found: Walk) -> Recipe:
    """One token's vector through the layers."""
    code = (
        preamble(source, **prompt)
        + _RESID
        + f"""
position = {position}
vectors = residual_stream(ids)[:, position]     # (n_layer + 1, n_embd)
wte = model.transformer.wte.weight.detach()
unit = torch.nn.functional.normalize
cosine = unit(vectors, dim=-1) @ unit(wte, dim=-1).T        # (n_layer + 1, n_vocab)
best = cosine.topk({found.ids.shape[1]}, dim=-1)
for layer, row in enumerate(best.indices):
    print(layer, [tokenizer.decode(i) for i in row])
result = {{"own": cosine[:, ids[0, position]], "norm": vectors.norm(dim=-1), "best": best.values}}
"""
    )
    shown = {"own": found.cosine, "norm": found.norm, "best": found.values}
    return Recipe("embeddings-walk", code, shown)


def meeting(
    source: str,
    one: tuple[int, ...],
    other: tuple[int, ...],
    at_one: int,
    at_other: int,
    found: Meeting,
) -> Recipe:
    """The same word in two sentences, layer by layer."""
    code = (
        preamble(source, token_ids=one)
        + f"other = torch.tensor([{list(other)}])\n"
        + _RESID
        + f"""
unit = torch.nn.functional.normalize
here, there = unit(residual_stream(ids), dim=-1), unit(residual_stream(other), dim=-1)
cosine = here @ there.transpose(1, 2)           # (n_layer + 1, tokens here, tokens there)
same = cosine[:, {at_one}, {at_other}]
different = ids[0][:, None] != other[0][None, :]
others = cosine[:, different].mean(dim=-1)      # any two different tokens: the yardstick
print(same)
print(others)
result = {{"same": same, "others": others}}
"""
    )
    return Recipe("embeddings-meeting", code, {"same": found.same, "others": found.others})


def matrix_facts(source: str, found: MatrixFacts) -> Recipe:
    """Shape, share and lengths of the embedding matrix."""
    code = (
        preamble(source)
        + f"""
wte = model.transformer.wte.weight.detach()
total = sum(p.numel() for p in model.parameters())          # the tied head is counted once
tied = model.lm_head.weight is model.transformer.wte.weight
norm = wte.norm(dim=1)
counts = torch.histogram(norm, bins={len(found.counts)}).hist
print(wte.shape, wte.numel(), f"{{wte.numel() / total:.1%}}", "tied:", tied)
print("longest:", [tokenizer.decode(i) for i in norm.topk({len(found.longest)}).indices])
print("shortest:", [tokenizer.decode(i) for i in (-norm).topk({len(found.shortest)}).indices])
result = {{"share": wte.numel() / total, "mean": norm.mean(), "median": norm.median(),
          "tied": int(tied), "tokens": counts.sum()}}
"""
    )
    shown = {
        "share": found.share,
        "mean": found.mean,
        "median": found.median,
        "tied": int(found.tied),
        "tokens": float(found.counts.sum()),
    }
    return Recipe("embeddings-matrix", code, shown)
