"""The three most likely next tokens."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "He opened his eyes and looked"

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]

with torch.no_grad():
    p = model(ids).logits[0, -1].softmax(-1)  # one probability for each token of the vocabulary
best = p.topk(3)
for token, share in zip(best.indices, best.values, strict=True):
    print(f"{share:8.3%}  {tokenizer.decode([token])!r}")
result = {"ids": best.indices, "probabilities": best.values}
