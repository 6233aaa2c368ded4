"""What the pieces of a text cost the model that guesses them one by one, in bits."""

import math

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
text = "Once upon a time there was a king who had a beautiful daughter."
first = 8  # the tokens that were guessed: from this one
last = 12  # up to this one

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
ids = tokenizer(text, split_special_tokens=True, return_tensors="pt")["input_ids"]
with torch.no_grad():
    log_probs = model(ids).logits[0].log_softmax(-1)
blind = math.log2(log_probs.shape[-1])  # the bits of a token for somebody who knows nothing
bits = [-float(log_probs[i - 1, ids[0, i]]) / math.log(2) for i in range(first, last)]
result = [*bits, sum(blind - b for b in bits)]
for i, b in zip(range(first, last), bits, strict=True):
    print(f"{tokenizer.decode(ids[0, i])!r:>14} {b:6.2f} bits")
print(f"saved: {result[-1]:.1f} bits")
