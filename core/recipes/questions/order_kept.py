"""The same logits at three temperatures: the leader, the tail, the entropy, the order."""

import math

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
temperatures = [0.3, 1.0, 2.0]
first = 50  # tokens before the tail

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]

with torch.no_grad():
    logits = model(ids).logits[0, -1].double()
order = logits.argsort(descending=True)
lead, beyond, entropy = [], [], []
for t in temperatures:
    p = (logits / t).softmax(-1)[order]
    kept = bool((p.diff() <= 0).all())  # from the most likely token on it only goes down
    lead.append(float(p[0]))
    beyond.append(float(p[first:].sum()))
    entropy.append(float(torch.special.entr(p).sum()) / math.log(2))  # entr(p) = -p ln p
    print(f"{t}: {lead[-1]:.2%} {tokenizer.decode(order[:1])!r}, {beyond[-1]:.2%} beyond", end=" ")
    print(f"the first {first}, {entropy[-1]:.2f} bits, order kept: {kept}")
result = [lead, beyond, entropy]
