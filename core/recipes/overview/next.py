"""The most probable next tokens."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
top = 8

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

with torch.no_grad():
    logits = model(ids).logits[0, -1]  # one number for each token of the vocabulary
best = logits.softmax(-1).topk(top)
for token, p in zip(best.indices, best.values, strict=True):
    print(f"{100 * p:6.2f}%  {tokenizer.decode(token)!r}")
result = best.values
