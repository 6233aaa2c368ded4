"""One head's pattern in two texts, and its difference."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
ids_a = [464, 2576, 373]
ids_b = [464, 2933, 373]
layer = 4
head = 3
queries = [(1, 1), (2, 2)]  # position in B, position in A
keys = [(0, 0), (1, 1), (2, 2)]

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32, attn_implementation="eager")
model.eval()


def pattern(ids, side):
    """Where the head looks: (queries, keys)."""
    with torch.no_grad():
        whole = model(torch.tensor([ids]), output_attentions=True).attentions[layer][0, head]
    return whole[[pair[side] for pair in queries]][:, [pair[side] for pair in keys]]


a, b = pattern(ids_a, 1), pattern(ids_b, 0)
for (ours, _theirs), row in zip(queries, a - b, strict=True):
    print(f"{tokenizer.decode(ids_b[ours])!r:16}", "  ".join(f"{x:+.3f}" for x in row))
result = [a, b, a - b]
