"""The most likely token after the same words in two orders."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "the man bit the dog and the"
other = "the dog bit the man and the"

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
tops, shares = [], []
for text in (prompt, other):
    ids = tokenizer(text, split_special_tokens=True, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        p = model(ids).logits[0, -1].softmax(-1)
    tops.append(int(p.argmax()))
    shares.append(float(p.max()))
    print(f"{text!r}: {tokenizer.decode(tops[-1:])!r} {shares[-1]:.2%}")
result = [tops, shares]
