"""Whether one token is the most likely next one."""

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
leader = int(p.argmax())
rank = int((p > p[token]).sum()) + 1
print(f"{tokenizer.decode([leader])!r} leads with {p[leader]:.4%}")
print(f"{tokenizer.decode([token])!r} has rank {rank:,} with {p[token]:.4%}")
print("yes" if token == leader else "no")
result = [[rank], [float(p[token])], [float(p[leader])]]
