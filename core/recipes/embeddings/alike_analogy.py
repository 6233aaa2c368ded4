"""Calculating with words: a - b + c, and the tokens nearest to it."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
a = [5822]  # " king"; of several tokens the mean is taken
b = [582]  # " man"
c = [2415]  # " woman"
top = 10

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()


def family(token):  # tokens that differ only in case or in the spaces around them
    text = tokenizer.decode([token])
    return token if "\ufffd" in text else text.strip(" ").casefold() or text


wte = model.transformer.wte.weight.detach()
vector = wte[a].mean(dim=0) - wte[b].mean(dim=0) + wte[c].mean(dim=0)
score = wte @ vector / (wte.norm(dim=1) * vector.norm()).clamp(min=1e-12)
seen, best = {family(i) for i in a + b + c}, []  # the words that went in are left out
for i in score.argsort(descending=True).tolist():
    if family(i) not in seen:
        seen.add(family(i))
        best.append(i)
    if len(best) == top:
        break
for i in best:
    print(f"{score[i]:.4f}  {tokenizer.decode([i])!r}")
result = {"ids": best, "scores": score[best]}
