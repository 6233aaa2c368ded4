"""What the embedding matrix is: its shape, its share of the model, its rows' lengths."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
bins = 60
most = 8

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()

wte = model.transformer.wte.weight.detach()
total = sum(p.numel() for p in model.parameters())  # the tied head is counted once
tied = model.lm_head.weight is model.transformer.wte.weight
norm = wte.norm(dim=1)
counts = torch.histogram(norm, bins=bins).hist
print(wte.shape, wte.numel(), f"{wte.numel() / total:.1%}", "tied:", tied)
print("longest:", [tokenizer.decode(i) for i in norm.topk(most).indices])
print("shortest:", [tokenizer.decode(i) for i in (-norm).topk(most).indices])
result = {
    "share": wte.numel() / total,
    "mean": norm.mean(),
    "median": norm.median(),
    "tied": int(tied),
    "tokens": counts.sum(),
}
