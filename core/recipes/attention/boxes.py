"""Boxes of the attention page."""

from __future__ import annotations

import numpy as np

from core.recipes.recipe import Recipe, preamble
from core.views.effects import Change
from core.views.fixed_set import FIXED_SET
from core.views.head_steps import HeadSteps
from core.views.rollout import AllLayers
from core.views.sink import Sink

_RUN = """
with torch.no_grad():
    out = model(ids, output_attentions=True)   # one (1, n_head, query, key) for each layer
"""

#: Which (query, key) pairs count, as lines of a box.
_MASKS = {
    "previous": "back == 1",
    "induction": "follows & (back > 0)",
    "duplicate": "(t[:, None] == t[None, :]) & (back > 0)",
    "current": "back == 0",
    "first": "(torch.arange(n)[None, :] == 0) & (back > 0)",
    "same_kind": "(kind[:, None] == kind[None, :]) & (kind[:, None] != 0) & (back > 0)\n"
    "                  & (t[:, None] != t[None, :])",
    "local": "(back >= 1) & (back <= 4)",
}

_KIND_OF = """
def kind_of(piece):                             # 0 word, 1 capital, 2 digits, 3 points
    piece = piece.strip()
    if not piece:
        return 4
    if piece[0].isalpha():
        return 1 if piece[0].isupper() else 0
    if piece.isdigit():
        return 2
    return 3 if piece.isascii() and not any(c.isalnum() for c in piece) else 5
"""


def _masks(kinds: list[str]) -> str:
    lines = ["def masks(t):", "    n = len(t)", "    i = torch.arange(n)"]
    lines.append("    back = i[:, None] - i[None, :]")
    if "induction" in kinds:
        lines += [
            "    follows = torch.zeros(n, n, dtype=torch.bool)",
            "    follows[:, 1:] = t[:, None] == t[None, :-1]  # the token after a twin",
        ]
    if "same_kind" in kinds:
        lines.append(
            "    kind = torch.tensor([kind_of(tokenizer.decode([x])) for x in t.tolist()])"
        )
    lines.append("    found = {")
    lines += [f'        "{kind}": {_MASKS[kind]},' for kind in kinds]
    lines.append("    }")
    lines.append("    for mask in found.values():")
    lines.append("        mask[0] = False                         # the first query has no choice")
    lines.append("    return found")
    text = "\n".join(lines) + "\n"
    return (_KIND_OF + "\n" if "same_kind" in kinds else "") + "\n" + text


def all_heads(source: str, prompt: dict, kind: str, scores: np.ndarray) -> Recipe:
    """One score for every head of every layer."""
    code = (
        preamble(source, **prompt, attentions=True)
        + _masks([kind])
        + _RUN
        + f"""patterns = torch.stack([layer[0] for layer in out.attentions])  # layer, head, q, k
mask = masks(ids[0])["{kind}"]
result = (patterns * mask).sum((-1, -2)) / mask.any(1).sum()      # layer, head
print(result)
"""
    )
    return Recipe("attention-all-heads", code, scores)


def pattern(
    source: str, prompt: dict, layer: int, head: int, shown: np.ndarray, hide_first: bool
) -> Recipe:
    """One head's pattern; row: who looks, column: what is looked at."""
    code = (
        preamble(source, **prompt, attentions=True)
        + _RUN
        + f"result = out.attentions[{layer}][0, {head}]            # query, key; rows sum to one\n"
    )
    if hide_first:
        code += """result = result.clone()
result[:, 0] = 0                                # hide the first token ...
total = result.sum(-1, keepdim=True)            # ... and let the rest sum to one again
result = torch.where(total > 1e-6, result / total, 0.0)
"""
    return Recipe("attention-pattern", code + "print(result)\n", shown)


def sink(source: str, prompt: dict, layer: int, head: int, found: Sink) -> Recipe:
    """How one head uses the first token."""
    code = (
        preamble(source, **prompt, attentions=True)
        + f"""
block = model.transformer.h[{layer}]
kept = []                                       # catch what comes out of c_attn
block.attn.c_attn.register_forward_hook(lambda module, inputs, output: kept.append(output[0]))
with torch.no_grad():
    pattern = model(ids, output_attentions=True).attentions[{layer}][0, {head}]
d = model.config.n_embd // model.config.n_head
v = kept[0].split(model.config.n_embd, dim=-1)[2][:, {head} * d:({head} + 1) * d]
length = v.norm(dim=-1)                         # of each token's value vector
written = pattern * (v @ block.attn.c_proj.weight[{head} * d:({head} + 1) * d]).norm(dim=-1)
result = [
    pattern[1:, 0].mean(),                      # weight on the first token
    length[0], length[1:].median(),
    (written[1:, 0] / written[1:].sum(-1)).mean(),
]
result = [float(x) for x in result]
print(result)
"""
    )
    shown = [found.weight, found.value_norm, found.other_norm, found.written]
    return Recipe("attention-sink", code, shown, 1e-3)


def head_scores(
    source: str,
    prompt: dict,
    layer: int,
    head: int,
    here: dict[str, float],
    fixed: dict[str, float],
) -> Recipe:
    """All scores of one head, on the prompt and on the fixed set."""
    texts = "".join(f"    {text!a},\n" for text in FIXED_SET)
    code = (
        preamble(source, **prompt, attentions=True)
        + f"fixed_set = [\n{texts}]\n"
        + _masks(list(here))
        + f"""

def scores(many):
    weight, queries = {{}}, {{}}
    for t in many:
        with torch.no_grad():
            pattern = model(t[None], output_attentions=True).attentions[{layer}][0, {head}]
        for name, mask in masks(t).items():
            weight[name] = weight.get(name, 0.0) + float(pattern[mask].sum())
            queries[name] = queries.get(name, 0) + int(mask.any(1).sum())
    return {{n: weight[n] / queries[n] if queries[n] else float("nan") for n in weight}}


def read(text):
    return tokenizer(text, split_special_tokens=True, return_tensors="pt")["input_ids"][0]


limit = model.config.n_positions
result = {{"here": scores([ids[0]]), "fixed": scores([read(text)[:limit] for text in fixed_set])}}
print(result)
"""
    )
    return Recipe("attention-head-scores", code, {"here": here, "fixed": fixed})


def steps(source: str, prompt: dict, found: HeadSteps) -> Recipe:
    """From q and k to what the head writes, for one query."""
    layer, head, query = found.layer, found.head, found.query
    code = (
        preamble(source, **prompt)
        + f"""
layer, head, query = {layer}, {head}, {query}
block = model.transformer.h[layer]
with torch.no_grad():
    # The residual stream that enters the layer, normalised, then packed Q, K and V.
    x = model(ids, output_hidden_states=True).hidden_states[layer][0]
    q, k, v = block.attn.c_attn(block.ln_1(x)).split(model.config.n_embd, dim=-1)
    d = model.config.n_embd // model.config.n_head
    q, k, v = (part[:, head * d:(head + 1) * d] for part in (q, k, v))
    dots = k @ q[query]                         # q . k for every key
    scores = dots * block.attn.scaling          # divided by the square root of d
    scores[query + 1:] = -torch.inf             # the future is masked
    weights = scores.softmax(-1)
    z = weights @ v                             # the weighted sum of values
    out = z @ block.attn.c_proj.weight[head * d:(head + 1) * d]  # added to the residual stream
result = {{"q": q[query], "dots": dots, "scores": scores, "weights": weights, "z": z, "out": out}}
print(result)
"""
    )
    shown = {name: getattr(found, name) for name in ("q", "dots", "scores", "weights", "z", "out")}
    return Recipe("attention-steps", code, shown)


_HOOK = """

def without(cut):
    def hook(module, inputs):                   # runs before c_proj mixes the heads
        z = inputs[0].clone()
        for h in cut:
            part = slice(h * d, (h + 1) * d)
            z[..., part] = {replacement}
        return (z,)
    return hook
"""


def _replacement(mode: str) -> str:
    return "0.0" if mode == "zero" else "z[..., part].mean(-2, keepdim=True)"


def switched_off(
    source: str, prompt: dict, heads: list[tuple[int, int]], mode: str, found: Change
) -> Recipe:
    """Next-token probabilities with and without some heads."""
    by_layer: dict[int, list[int]] = {}
    for layer, head in heads:
        by_layer.setdefault(layer, []).append(head)
    code = (
        preamble(source, **prompt)
        + "\nd = model.config.n_embd // model.config.n_head\n"
        + _HOOK.format(replacement=_replacement(mode))
        + f"""

off = {by_layer}                                # layer: heads
tokens = {found.token_ids.tolist()}
with torch.no_grad():
    before = model(ids).logits[0, -1].double().log_softmax(-1)
    for layer, cut in off.items():
        model.transformer.h[layer].attn.c_proj.register_forward_pre_hook(without(cut))
    after = model(ids).logits[0, -1].double().log_softmax(-1)
# How far the prediction moved: the Kullback-Leibler divergence, from nats to bits.
bits = (before.exp() * (before - after)).sum() / torch.tensor(2.0).log()
before, after = before.exp(), after.exp()
result = [*before[tokens], *after[tokens], bits]
for token in tokens:
    print(f"{{before[token]:7.2%}} -> {{after[token]:7.2%}}  {{tokenizer.decode([token])!r}}")
print(float(bits), "bits")
"""
    )
    shown = [*found.before, *found.after, found.divergence]
    return Recipe("attention-switched-off", code, shown, 1e-3)


def effects(source: str, prompt: dict, mode: str, bits: np.ndarray) -> Recipe:
    """How far the prediction moves when each head alone is switched off."""
    code = (
        preamble(source, **prompt)
        + "\nd = model.config.n_embd // model.config.n_head\n"
        + _HOOK.format(replacement=_replacement(mode))
        + """

result = torch.zeros(model.config.n_layer, model.config.n_head)
with torch.no_grad():
    before = model(ids).logits[0, -1].double().log_softmax(-1)
    for layer, block in enumerate(model.transformer.h):
        for head in range(model.config.n_head):
            handle = block.attn.c_proj.register_forward_pre_hook(without([head]))
            after = model(ids).logits[0, -1].double().log_softmax(-1)
            handle.remove()
            # Kullback-Leibler divergence, from nats to bits
            result[layer, head] = (before.exp() * (before - after)).sum() / torch.tensor(2.0).log()
print(result)                                   # layer, head
"""
    )
    return Recipe("attention-effects", code, bits, 2e-3)


def together(source: str, prompt: dict, which: str, found: AllLayers) -> Recipe:
    """All heads of all layers in one matrix."""
    lines = {
        "rollout": """result = torch.eye(ids.shape[1])
for layer in out.attentions:                    # half attention, half the token itself
    step = 0.5 * layer[0].mean(0) + 0.5 * torch.eye(ids.shape[1])
    result = step @ result
""",
        "mean": "result = torch.stack([layer[0].mean(0) for layer in out.attentions]).mean(0)\n",
        "largest": "result = torch.stack([layer[0].amax(0) for layer in out.attentions]).amax(0)\n",
    }
    code = (
        preamble(source, **prompt, attentions=True)
        + _RUN
        + lines[which]
        + "print(result)                                   # query, key\n"
    )
    return Recipe("attention-all-layers", code, getattr(found, which))
