"""What B answers with what one head of A writes put in."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
ids_a = [464, 2576, 373]
ids_b = [464, 2933, 373]
pairs = [(1, 1), (2, 2)]  # position in B, position in A: all tokens that have a partner
layer = 6
head = 0
tokens = [673, 339]

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
d_head = model.config.n_embd // model.config.n_head
part = slice(head * d_head, (head + 1) * d_head)
ours, theirs = (list(side) for side in zip(*pairs, strict=True))
c_proj = model.transformer.h[layer].attn.c_proj
kept = []


def before(module, inputs):
    z = inputs[0].clone()
    z[0, ours, part] = kept[0][theirs, part]
    return (z, *inputs[1:])


with torch.no_grad():
    hook = c_proj.register_forward_pre_hook(lambda module, inputs: kept.append(inputs[0][0]))
    model(torch.tensor([ids_a]))
    hook.remove()
    plain = model(torch.tensor([ids_b])).logits[0, -1].softmax(-1)
    hook = c_proj.register_forward_pre_hook(before)
    patched = model(torch.tensor([ids_b])).logits[0, -1].softmax(-1)
    hook.remove()
for token in tokens:
    print(f"{tokenizer.decode(token)!r:16} {plain[token]:.4f} -> {patched[token]:.4f}")
result = [plain[tokens], patched[tokens]]
