"""What B answers with one vector of A put in."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
ids_a = [464, 2576, 373]
ids_b = [464, 2933, 373]
layer = 6
ours = 1  # position in B
theirs = 1  # position in A
kind = "resid"  # what enters the layer, or what its "attn" or its "mlp" writes
tokens = [673, 339]

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
body = model.transformer
module = [*body.h, body.ln_f][layer] if kind == "resid" else getattr(body.h[layer], kind)
kept = []


def first(output):
    return output[0] if isinstance(output, tuple) else output  # attention returns a tuple


def listen(module, inputs, output):
    kept.append(inputs[0][0] if kind == "resid" else first(output)[0])


def before(module, inputs):
    x = inputs[0].clone()
    x[0, ours] = kept[0][theirs]
    return (x, *inputs[1:])


def after(module, inputs, output):
    x = first(output).clone()
    x[0, ours] = kept[0][theirs]
    return (x, *output[1:]) if isinstance(output, tuple) else x


with torch.no_grad():
    hook = module.register_forward_hook(listen)
    model(torch.tensor([ids_a]))
    hook.remove()
    plain = model(torch.tensor([ids_b])).logits[0, -1].softmax(-1)
    if kind == "resid":
        hook = module.register_forward_pre_hook(before)
    else:
        hook = module.register_forward_hook(after)
    patched = model(torch.tensor([ids_b])).logits[0, -1].softmax(-1)
    hook.remove()
for token in tokens:
    print(f"{tokenizer.decode(token)!r:16} {plain[token]:.4f} -> {patched[token]:.4f}")
result = [plain[tokens], patched[tokens]]
