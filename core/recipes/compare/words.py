"""The next words of two texts."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
ids_a = [464, 2576, 373]
ids_b = [464, 2933, 373]
tokens = [673, 339]

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
print("A:", tokenizer.decode(ids_a))
print("B:", tokenizer.decode(ids_b))

with torch.no_grad():
    a, b = (model(torch.tensor([ids])).logits[0, -1].softmax(-1) for ids in (ids_a, ids_b))
for token in tokens:
    print(f"{tokenizer.decode(token)!r:16} after B {b[token]:.4f}, after A {a[token]:.4f}")
result = [b[tokens], a[tokens]]
