"""How many tokens top-p leaves to draw from."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel
from transformers.generation.logits_process import TopPLogitsWarper

source = "openai-community/gpt2"
prompt = "Once upon a time"
top_p = 0.9

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]

with torch.no_grad():
    logits = model(ids).logits[:, -1]
left = TopPLogitsWarper(top_p)(ids, logits)[0].isfinite()
p = logits[0].softmax(-1)
kept = int(left.sum())
print(f"{kept:,} of {len(p):,} tokens stay; together they had {p[left].sum():.2%}")
last = int(torch.where(left, p, 2.0).argmin())
print(f"the last of them is {tokenizer.decode([last])!r} with {p[last]:.4%}")
result = [[kept]]
