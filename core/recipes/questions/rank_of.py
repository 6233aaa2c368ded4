"""One token's rank and probability as the next one."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "The capital of France is"
token = 6342  # " Paris"

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]

with torch.no_grad():
    p = model(ids).logits[0, -1].softmax(-1)
rank = int((p > p[token]).sum()) + 1
print(f"{tokenizer.decode([token])!r}: rank {rank:,} of {len(p):,}, {p[token]:.4%}")
print(f"{tokenizer.decode([int(p.argmax())])!r} leads with {p.max():.4%}")
result = [[rank], [float(p[token])], [float(p.max())]]
