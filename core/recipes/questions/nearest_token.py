"""The token that lies nearest to another one."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
token = 3321  # " Monday"

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()


def family(i):  # tokens that differ only in case or in the spaces around them
    text = tokenizer.decode([i])
    return i if "\ufffd" in text else text.strip(" ").casefold() or text


wte = model.transformer.wte.weight.detach()
vector = wte[token]
cosine = wte @ vector / (wte.norm(dim=1) * vector.norm()).clamp(min=1e-12)
order = cosine.argsort(descending=True).tolist()
others = [i for i in order[:50] if family(i) != family(token)]
for i in others[:5]:
    print(f"{cosine[i]:.4f}  {tokenizer.decode([i])!r}")
result = [[others[0]], [float(cosine[others[0]])]]
