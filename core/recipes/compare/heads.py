"""Which heads carry the difference of two texts: what one of A writes, put into B's pass."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
ids_a = [464, 2576, 373]
ids_b = [464, 2933, 373]
pairs = [(1, 1), (2, 2)]  # position in B, position in A: all tokens that have a partner
heads = [(0, 0), (0, 1)]  # layer, head

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
blocks, d_head = model.transformer.h, model.config.n_embd // model.config.n_head
ours, theirs = (list(side) for side in zip(*pairs, strict=True))


def last_logits(ids):
    with torch.no_grad():
        return model(torch.tensor([ids])).logits[0, -1]


mixed = []  # of A, what c_proj of each layer is given: the heads' outputs side by side
hooks = [
    block.attn.c_proj.register_forward_pre_hook(lambda module, inputs: mixed.append(inputs[0][0]))
    for block in blocks
]
logits_a = last_logits(ids_a)
for hook in hooks:
    hook.remove()
logits_b = last_logits(ids_b)

moved = logits_a.softmax(-1) - logits_b.softmax(-1)
word_a, word_b = moved.argmax(), moved.argmin()


def difference(logits):
    return float(logits[word_a] - logits[word_b])


def patched(layer, head):
    """B's last logits with one head's output taken from A."""
    part = slice(head * d_head, (head + 1) * d_head)

    def before(module, inputs):
        z = inputs[0].clone()
        z[0, ours, part] = mixed[layer][theirs, part]
        return (z, *inputs[1:])

    hook = blocks[layer].attn.c_proj.register_forward_pre_hook(before)
    try:
        return last_logits(ids_b)
    finally:
        hook.remove()


whole, none = difference(logits_a), difference(logits_b)
result = [(difference(patched(*one)) - none) / (whole - none) for one in heads]
print(f"{tokenizer.decode(word_b)!r} is 0%, {tokenizer.decode(word_a)!r} is 100%")
for (layer, head), share in sorted(zip(heads, result, strict=True), key=lambda x: -x[1])[:10]:
    print(f"L{layer}.H{head}: {share:6.1%}")
