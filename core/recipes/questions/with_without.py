"""One token's probability and rank, with and without a sentence before the prompt."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
whole = "My name is Anna. What is my name? Your name is"
prompt = "What is my name? Your name is"
token = 11735  # " Anna"

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
shares, ranks = [], []
for text in (whole, prompt):
    ids = tokenizer(text, split_special_tokens=True, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        p = model(ids).logits[0, -1].softmax(-1)
    shares.append([float(p[token])])
    ranks.append(int((p > p[token]).sum()) + 1)
    print(f"{tokenizer.decode([token])!r} {p[token]:.3%}, rank {ranks[-1]:,}, after {text!r}")
result = [*shares, ranks]
