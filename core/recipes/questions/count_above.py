"""How many tokens have more than some share of the probability."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "He opened his eyes and looked"
share = 0.01

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]

with torch.no_grad():
    p = model(ids).logits[0, -1].softmax(-1)
above = (p > share).nonzero()[:, 0]
print([tokenizer.decode([token]) for token in above[p[above].argsort(descending=True)]])
print(f"{len(above):,} of {len(p):,} tokens; the best has {p.max():.2%}")
result = [[len(above)], [float(p.max())]]
