"""The tokens of the whole vocabulary that lie nearest to a token."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
chosen = [5822]  # of several tokens the mean is taken
by = "cosine"
hide_variants = True
top = 12

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()

if hide_variants:

    def family(token):  # tokens that differ only in case or in the spaces around them
        text = tokenizer.decode([token])
        return token if "\ufffd" in text else text.strip(" ").casefold() or text

else:

    def family(token):  # every token is a family of its own
        return token


wte = model.transformer.wte.weight.detach()
vector = wte[chosen].mean(dim=0)
score = wte @ vector
if by == "cosine":
    score = score / (wte.norm(dim=1) * vector.norm())
seen, best = {family(i) for i in chosen}, []
for i in score.argsort(descending=True).tolist():
    if family(i) not in seen:
        seen.add(family(i))
        best.append(i)
    if len(best) == top:
        break
for i in best:
    print(f"{score[i]:9.4f}  {tokenizer.decode([i])!r}")
result = {"ids": best, "scores": score[best]}
