"""Boxes of the overview page."""

from __future__ import annotations

from core.recipes.base import Recipe, preamble
from core.views.overview import Journey


def next_tokens(source: str, prompt: dict, found: Journey) -> Recipe:
    """The most probable next tokens."""
    top = len(found.next_ids)
    code = (
        preamble(source, **prompt)
        + f"""
with torch.no_grad():
    logits = model(ids).logits[0, -1]           # one number for each of the 50,257 tokens
best = logits.softmax(-1).topk({top})
for token, p in zip(best.indices, best.values):
    print(f"{{100 * p:6.2f}}%  {{tokenizer.decode(token)!r}}")
result = best.values
"""
    )
    return Recipe("overview-next-token", code, list(found.next_probs))


def journey(source: str, prompt: dict, found: Journey) -> Recipe:
    """The numbers of the stages."""
    code = (
        preamble(source, **prompt, attentions=True)
        + """
# Ask for the raw residual stream: by default the last hidden state is already normalised.
model.config.tie_last_hidden_states = False
with torch.no_grad():
    out = model(ids, output_hidden_states=True, output_attentions=True)
enter = out.hidden_states[0][0, -1].norm()      # wte + wpe of the last token
leave = out.hidden_states[-1][0, -1].norm()     # after the last block, before ln_f
"""
    )
    if found.looks_at is None:
        code += "result = [float(enter), float(leave)]\nprint(result)\n"
        return Recipe("overview-journey", code, [found.input_norm, found.output_norm])
    code += f"""weight = out.attentions[{found.layer}][0, {found.head}, -1, {found.looks_at}]
result = [float(enter), float(leave), float(weight)]
print(result)
"""
    return Recipe("overview-journey", code, [found.input_norm, found.output_norm, found.weight])


def parameters(source: str, parts: dict[str, int]) -> Recipe:
    """The parameters by part; they add up to the total."""
    code = (
        preamble(source)
        + """
count = {"wte": 0, "wpe": 0, "attention": 0, "mlp": 0, "layer norms": 0}
for name, weights in model.named_parameters():  # the head is wte itself: counted once
    for part, mark in [("wte", "wte"), ("wpe", "wpe"), ("attention", ".attn."),
                       ("mlp", ".mlp."), ("layer norms", "ln_")]:
        if mark in name:
            count[part] += weights.numel()
            break
print(count, sum(count.values()))
result = [*count.values(), sum(count.values())]
"""
    )
    return Recipe("overview-parameters", code, [*parts.values(), sum(parts.values())], 0.0)
