"""The parameters by part; they add up to the total."""

import torch
from transformers import GPT2LMHeadModel

source = "openai-community/gpt2"

model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()

marks = {
    "wte": "wte",
    "wpe": "wpe",
    "attention": ".attn.",
    "mlp": ".mlp.",
    "layer norms": "ln_",
}
count = dict.fromkeys(marks, 0)
for name, weights in model.named_parameters():  # the head is wte itself: counted once
    part = next(part for part, mark in marks.items() if mark in name)
    count[part] += weights.numel()
print(count, sum(count.values()))
result = [*count.values(), sum(count.values())]
