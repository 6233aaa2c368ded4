"""The next words of one text by two models."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
other = "distilbert/distilgpt2"
token_ids = None
prompt = "Once upon a time"
tokens = [673, 339]

tokenizer = AutoTokenizer.from_pretrained(source)
if token_ids is None:
    token_ids = tokenizer(prompt, split_special_tokens=True)["input_ids"]
probs = []
for name in (source, other):
    one = GPT2LMHeadModel.from_pretrained(name, dtype=torch.float32).eval()
    with torch.no_grad():
        probs.append(one(torch.tensor([token_ids])).logits[0, -1].softmax(-1))
for token in tokens:
    here, there = (float(p[token]) for p in probs)
    print(f"{tokenizer.decode(token)!r:16} here {here:.4f}, there {there:.4f}")
result = [p[tokens] for p in probs]
