"""Each token's surprise in bits, and the sum."""

import math

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
text = "Once upon a time there was a king."

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
ids = tokenizer(text, split_special_tokens=True, return_tensors="pt")["input_ids"]

with torch.no_grad():
    log_p = model(ids[:, :-1]).logits[0].log_softmax(-1)  # row i expects token i + 1
bits = -log_p.gather(1, ids[0, 1:, None])[:, 0] / math.log(2)
for token, b in zip(ids[0, 1:], bits, strict=True):
    print(f"{tokenizer.decode([token])!r:>16} {b:6.2f} bits")
print(f"{bits.sum():.2f} bits, {bits.mean():.2f} for each token")
worst, best = 1 + int(bits.argmax()), 1 + int(bits.argmin())  # positions
result = [bits, [float(bits.sum()), float(bits.mean())], [worst, best]]
