"""Calculating with words: the token nearest to a - minus + plus, and the expected one's rank."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
a = 5822  # " king"
minus = 582  # " man"
plus = 2415  # " woman"
expected = 16599  # " queen"

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()


def family(i):  # tokens that differ only in case or in the spaces around them
    text = tokenizer.decode([i])
    return i if "\ufffd" in text else text.strip(" ").casefold() or text


wte = model.transformer.wte.weight.detach()
vector = wte[a] - wte[minus] + wte[plus]
cosine = wte @ vector / (wte.norm(dim=1) * vector.norm()).clamp(min=1e-12)
asked = {family(i) for i in (a, minus, plus)}  # the words that went in are left out
better = (cosine > cosine[expected]).nonzero()[:, 0].tolist()
rank = 1 + sum(family(i) not in asked for i in better)
order = cosine.argsort(descending=True).tolist()
best = next(i for i in order if family(i) not in asked)
print(f"{cosine[best]:.4f}  {tokenizer.decode([best])!r}")
print(f"{tokenizer.decode([expected])!r} has rank {rank}")
result = [[best], [float(cosine[best])], [rank]]
