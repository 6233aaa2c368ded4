"""Where the difference of two texts sits: one vector of A put into B's pass, place by place."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
ids_a = [464, 2576, 373]
ids_b = [464, 2933, 373]
pairs = [(1, 1), (2, 2)]  # position in B, position in A
kind = "resid"  # what enters a layer, or what its "attn" or its "mlp" writes

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
blocks = model.transformer.h
if kind == "resid":
    modules = [*blocks, model.transformer.ln_f]  # their inputs; the last is what leaves the blocks
elif kind == "attn":
    modules = [block.attn for block in blocks]  # their outputs
else:
    modules = [block.mlp for block in blocks]


def last_logits(ids):
    with torch.no_grad():
        return model(torch.tensor([ids])).logits[0, -1]


def listen(kept, inputs, output):
    if kind == "resid":
        kept.append(inputs[0][0])
    else:
        kept.append((output[0] if isinstance(output, tuple) else output)[0])


vectors = []  # of A, one tensor of (tokens, n_embd) for each module
hooks = [m.register_forward_hook(lambda m, i, o: listen(vectors, i, o)) for m in modules]
logits_a = last_logits(ids_a)
for hook in hooks:
    hook.remove()
logits_b = last_logits(ids_b)

moved = logits_a.softmax(-1) - logits_b.softmax(-1)
word_a, word_b = moved.argmax(), moved.argmin()


def difference(logits):
    return float(logits[word_a] - logits[word_b])


def patched(layer, ours, theirs):
    """B's last logits with A's vector at one place."""

    def before(module, inputs):
        x = inputs[0].clone()
        x[0, ours] = vectors[layer][theirs]
        return (x, *inputs[1:])

    def after(module, inputs, output):
        x = (output[0] if isinstance(output, tuple) else output).clone()
        x[0, ours] = vectors[layer][theirs]
        return (x, *output[1:]) if isinstance(output, tuple) else x

    if kind == "resid":
        hook = modules[layer].register_forward_pre_hook(before)
    else:
        hook = modules[layer].register_forward_hook(after)
    try:
        return last_logits(ids_b)
    finally:
        hook.remove()


whole, none = difference(logits_a), difference(logits_b)
result = [
    [(difference(patched(layer, *pair)) - none) / (whole - none) for pair in pairs]
    for layer in range(len(modules))
]
print(f"{tokenizer.decode(word_b)!r} is 0%, {tokenizer.decode(word_a)!r} is 100%")
for row in result:
    print("  ".join(f"{share:6.1%}" for share in row))
