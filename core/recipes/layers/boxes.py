"""Boxes of the layers page."""

from __future__ import annotations

import numpy as np

from core.recipes.recipe import Recipe, preamble
from core.views.attribution import Attribution, Reader
from core.views.block import BlockSteps
from core.views.gelu import GeluSteps
from core.views.heads_at import HeadsAt
from core.views.layer_norm import NormSteps
from core.views.logit_lens import LogitLens
from core.views.neurons import Neurons

_STREAMS = """
with torch.no_grad():
    states = list(model(ids, output_hidden_states=True).hidden_states)
# transformers' last hidden state has been through ln_f already: normalise the others only.
states[:-1] = [model.transformer.ln_f(state) for state in states[:-1]]
"""


def lens(source: str, prompt: dict, got: LogitLens) -> Recipe:
    """Every layer read through the head."""
    code = (
        preamble(source, **prompt)
        + _STREAMS
        + f"""
rows = torch.stack(states)[:, 0, {got.start}:{got.stop}]
best = model.lm_head(rows).softmax(-1).topk({got.top_ids.shape[-1]})
for i, row in enumerate(best.indices[..., 0]):
    print("embedding" if i == 0 else f"after L{{i - 1}}", [tokenizer.decode(t) for t in row])
result = best.values.detach()                # (layers + 1, tokens, top)
"""
    )
    return Recipe("layers-lens", code, got.top_probs)


def lens_ranks(source: str, prompt: dict, got: LogitLens, token_id: int) -> Recipe:
    """Where every layer ranks one token, 1 being the first choice."""
    code = (
        preamble(source, **prompt)
        + _STREAMS
        + f"""
rows = torch.stack(states)[:, 0, {got.start}:{got.stop}]
logits = model.lm_head(rows).detach()
watched = logits[..., {token_id}, None]
rank = (logits > watched).sum(-1) + 1        # (layers + 1, tokens)
print("ranks of", repr(tokenizer.decode({token_id})))
print(rank)
result = rank
"""
    )
    return Recipe("layers-lens", code, got.watched_ranks[..., 0])


def race(
    source: str,
    prompt: dict,
    position: int,
    token_ids: tuple[int, ...],
    shown: np.ndarray,
    measure: str,
) -> Recipe:
    """Probabilities or ranks of some tokens from layer to layer."""
    code = (
        preamble(source, **prompt)
        + _STREAMS
        + f"""
rows = torch.stack(states)[:, 0, {position}]
probs = model.lm_head(rows).softmax(-1).detach()
probability = probs[:, {list(token_ids)}]
rank = (probs[:, None, :] > probability[:, :, None]).sum(-1) + 1
for i, (share, place) in enumerate(zip(probability, rank)):
    print(i, [f"{{100 * x:.2f}} % (rank {{r}})" for x, r in zip(share, place)])
result = {measure}
"""
    )
    return Recipe("layers-race", code, shown)


def block(source: str, prompt: dict, steps: BlockSteps) -> Recipe:
    """The vectors of one block, caught on their way."""
    code = (
        preamble(source, **prompt)
        + f"""
caught = {{}}
def catch(name):
    def hook(module, inputs, output):
        caught[name] = (output[0] if isinstance(output, tuple) else output)[0, {steps.position}]
    return hook

block = model.transformer.h[{steps.layer}]
block.register_forward_pre_hook(
    lambda module, inputs: caught.update(resid_pre=inputs[0][0, {steps.position}]))
block.ln_2.register_forward_pre_hook(
    lambda module, inputs: caught.update(resid_mid=inputs[0][0, {steps.position}]))
for name, module in [("ln_1", block.ln_1), ("attn", block.attn), ("ln_2", block.ln_2),
                     ("c_fc", block.mlp.c_fc), ("gelu", block.mlp.act), ("mlp", block.mlp),
                     ("resid_post", block)]:
    module.register_forward_hook(catch(name))
with torch.no_grad():
    model(ids)
result = {{name: caught[name] for name in {list(steps.stations)}}}
for name, vector in result.items():
    print(f"{{name:10}} {{len(vector):5}} numbers, length {{vector.norm():.3f}}")
"""
    )
    return Recipe("layers-block", code, dict(steps.stations))


def norm(
    source: str, prompt: dict, layer: int, position: int, name: str, steps: NormSteps
) -> Recipe:
    """Layer norm by hand."""
    entering = (
        "x = states[{layer}][0, {position}]"
        if name == "ln_1"
        else (
            "block = model.transformer.h[{layer}]\n"
            "    x = (states[{layer}] + block.attn(block.ln_1(states[{layer}]))[0])[0, {position}]"
        )
    ).format(layer=layer, position=position)
    code = (
        preamble(source, **prompt)
        + f"""
with torch.no_grad():
    states = model(ids, output_hidden_states=True).hidden_states
    {entering}
layer_norm = model.transformer.h[{layer}].{name}
mean = x.mean()
variance = ((x - mean) ** 2).mean()
out = (x - mean) / (variance + layer_norm.eps).sqrt() * layer_norm.weight + layer_norm.bias
print(f"mean {{mean:.4f}}, variance {{variance:.4f}}")
assert torch.allclose(out, layer_norm(x), atol=1e-4)
result = {{"mean": mean, "variance": variance, "out": out.detach()}}
"""
    )
    shown = {
        "mean": np.float64(steps.mean),
        "variance": np.float64(steps.variance),
        "out": steps.out,
    }
    return Recipe("layers-norm", code, shown, 1e-3)


def gelu(source: str, prompt: dict, layer: int, position: int, steps: GeluSteps) -> Recipe:
    """GELU by hand."""
    code = (
        preamble(source, **prompt)
        + f"""
caught = {{}}
model.transformer.h[{layer}].mlp.c_fc.register_forward_hook(
    lambda module, inputs, output: caught.update(x=output[0, {position}]))
with torch.no_grad():
    model(ids)
x = caught["x"]
inner = (2 / torch.pi) ** 0.5 * (x + 0.044715 * x ** 3)
gate = 0.5 * (1 + inner.tanh())
result = x * gate
assert torch.allclose(result, model.transformer.h[{layer}].mlp.act(x), atol=1e-5)
print(result)
"""
    )
    return Recipe("layers-gelu", code, steps.out)


def heads(source: str, prompt: dict, layer: int, position: int, got: HeadsAt) -> Recipe:
    """What each head of a layer adds to a token."""
    code = (
        preamble(source, **prompt, attentions=True)
        + f"""
caught = {{}}
c_proj = model.transformer.h[{layer}].attn.c_proj
c_proj.register_forward_pre_hook(lambda module, inputs: caught.update(z=inputs[0][0, {position}]))
with torch.no_grad():
    pattern = model(ids, output_attentions=True).attentions[{layer}][0, :, {position}]
n_head = model.config.n_head
z = caught["z"].view(n_head, 1, -1)             # what each head mixed together
rows = c_proj.weight.detach().view(n_head, z.shape[-1], -1)
lengths = (z @ rows)[:, 0].norm(dim=-1)
weights = pattern.max(-1).values
print(lengths, pattern.argmax(-1))
result = {{"lengths": lengths, "weights": weights}}
"""
    )
    return Recipe("layers-heads", code, {"lengths": got.lengths, "weights": got.weights})


def growth(
    source: str,
    prompt: dict,
    position: int,
    stream: np.ndarray,
    attn: np.ndarray,
    mlp: np.ndarray,
) -> Recipe:
    """Lengths along the stack."""
    code = (
        preamble(source, **prompt)
        + f"""
stream, attn, mlp = [], [], []
for block in model.transformer.h:
    block.register_forward_pre_hook(lambda m, x: stream.append(x[0][0, {position}].norm().item()))
    block.attn.register_forward_hook(
        lambda m, x, out: attn.append(out[0][0, {position}].norm().item()))
    block.mlp.register_forward_hook(lambda m, x, out: mlp.append(out[0, {position}].norm().item()))
model.transformer.ln_f.register_forward_pre_hook(
    lambda m, x: stream.append(x[0][0, {position}].norm().item()))
with torch.no_grad():
    model(ids)
result = {{"stream": stream, "attn": attn, "mlp": mlp}}
print(result)
"""
    )
    return Recipe("layers-growth", code, {"stream": stream, "attn": attn, "mlp": mlp})


def attribution(
    source: str, prompt: dict, position: int, read: Reader, got: Attribution, logit: float
) -> Recipe:
    """Direct logit attribution by hand."""
    against = "" if read.against is None else f" - wte[{read.against}]"
    bias = "" if read.against is None else f" - out.logits[0, {position}, {read.against}]"
    code = (
        preamble(source, **prompt)
        + f"""
z, mlp, last = [], [], []
for block in model.transformer.h:
    block.attn.c_proj.register_forward_pre_hook(lambda m, x: z.append(x[0][0, {position}]))
    block.mlp.register_forward_hook(lambda m, x, out: mlp.append(out[0, {position}]))
ln_f = model.transformer.ln_f
ln_f.register_forward_pre_hook(lambda m, x: last.append(x[0][0, {position}]))
with torch.no_grad():
    out = model(ids)

    wte, wpe = model.transformer.wte.weight, model.transformer.wpe.weight
    direction = wte[{read.token}]{against}
    deviation = (last[0].var(unbiased=False) + ln_f.eps).sqrt()
    def share(x):                               # ln_f, with the whole stream's deviation
        return (x - x.mean(-1, keepdim=True)) / deviation * ln_f.weight @ direction

    embedding = share(wte[ids[0, {position}]]) + share(wpe[{position}])
    n_head = model.config.n_head
    heads, bias = [], ln_f.bias @ direction
    for block, mixed, added in zip(model.transformer.h, z, mlp):
        rows = block.attn.c_proj.weight.view(n_head, -1, model.config.n_embd)
        heads.append(share((mixed.view(n_head, 1, -1) @ rows)[:, 0]))
        bias = bias + share(block.attn.c_proj.bias) + share(block.mlp.c_proj.bias)
    heads = torch.stack(heads)                  # (layers, heads)
    mlp = torch.stack([share(added - block.mlp.c_proj.bias)
                       for block, added in zip(model.transformer.h, mlp)])
total = embedding + heads.sum() + mlp.sum() + bias
logit = out.logits[0, {position}, {read.token}]{bias}
print(f"parts {{total:.4f}}, the model's own {{logit:.4f}}")
result = {{"embedding": embedding, "heads": heads, "mlp": mlp, "biases": bias, "logit": logit}}
"""
    )
    shown = {
        "embedding": np.float64(got.embedding),
        "heads": got.heads,
        "mlp": got.mlp,
        "biases": np.float64(got.biases),
        "logit": np.float64(logit),
    }
    return Recipe("layers-attribution", code, shown, 1e-3)


def neurons(source: str, prompt: dict, got: Neurons, which: int) -> Recipe:
    """The loudest neurons, and what one of them says."""
    neuron = int(got.neurons[which])
    words = got.promoted.shape[1]
    code = (
        preamble(source, **prompt)
        + f"""
caught = {{}}
mlp = model.transformer.h[{got.layer}].mlp
ln_f = model.transformer.ln_f
mlp.act.register_forward_hook(lambda m, x, out: caught.update(active=out[0]))
ln_f.register_forward_pre_hook(lambda m, x: caught.update(last=x[0][0, {got.position}]))
with torch.no_grad():
    model(ids)
    active = caught["active"]                   # (tokens, neurons)
    lengths = active[{got.position}].abs() * mlp.c_proj.weight.norm(dim=1)
    added = active[{got.position}, {neuron}] * mlp.c_proj.weight[{neuron}]
    deviation = (caught["last"].var(unbiased=False) + ln_f.eps).sqrt()
    effect = model.lm_head((added - added.mean()) / deviation * ln_f.weight)
    effect = effect - effect.mean()             # a shift of all logits changes nothing
up, down = effect.topk({words}), (-effect).topk({words})
print("lengths added", lengths[{[int(n) for n in got.neurons]}])
print("neuron {neuron} raises", [tokenizer.decode(t) for t in up.indices])
print("and lowers", [tokenizer.decode(t) for t in down.indices])
result = {{"activations": active[:, {[int(n) for n in got.neurons]}].T,
          "lengths": lengths[{[int(n) for n in got.neurons]}],
          "raises": up.values, "lowers": -down.values}}
"""
    )
    shown = {
        "activations": got.activations,
        "lengths": got.lengths,
        "raises": got.promoted[which],
        "lowers": got.suppressed[which],
    }
    return Recipe("layers-neurons", code, shown)


def skip(
    source: str,
    prompt: dict,
    position: int,
    blocks: list[tuple[int, str]],
    token_ids: list[int],
    before: np.ndarray,
    after: np.ndarray,
) -> Recipe:
    """The prediction with some blocks left out."""
    code = (
        preamble(source, **prompt)
        + f"""
ids = ids[:, :{position + 1}]
def silent(module, inputs, output):
    if isinstance(output, tuple):               # attention returns (output, weights)
        return (torch.zeros_like(output[0]), *output[1:])
    return torch.zeros_like(output)

with torch.no_grad():
    before = model(ids).logits[0, -1].softmax(-1)
    for layer, part in {blocks}:
        getattr(model.transformer.h[layer], part).register_forward_hook(silent)
    after = model(ids).logits[0, -1].softmax(-1)
tokens = {token_ids}
for token in tokens:
    print(f"{{tokenizer.decode(token)!r:16}} {{before[token]:.4f}} -> {{after[token]:.4f}}")
result = [before[tokens], after[tokens]]
"""
    )
    return Recipe("layers-skip", code, [before, after])


def costs(source: str, prompt: dict, position: int, attn: list[float], mlp: list[float]) -> Recipe:
    """What leaving out each part alone changes."""
    code = (
        preamble(source, **prompt)
        + f"""
ids = ids[:, :{position + 1}]
def silent(module, inputs, output):
    if isinstance(output, tuple):
        return (torch.zeros_like(output[0]), *output[1:])
    return torch.zeros_like(output)

result = {{"attn": [], "mlp": []}}
with torch.no_grad():
    whole = model(ids).logits[0, -1].double().log_softmax(-1)
    for block in model.transformer.h:
        for part in result:
            handle = getattr(block, part).register_forward_hook(silent)
            without = model(ids).logits[0, -1].double().log_softmax(-1)
            handle.remove()
            bits = (whole.exp() * (whole - without)).sum() / torch.log(torch.tensor(2.0))
            result[part].append(float(bits))
print(result)
"""
    )
    return Recipe("layers-costs", code, {"attn": attn, "mlp": mlp}, 1e-3)
