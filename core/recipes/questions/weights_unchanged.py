"""A probability and a fingerprint of all weights, before and after the model has written a text."""

import hashlib

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "What is my name? Your name is"
token = 11735  # " Anna"
n = 40  # tokens that are written in between
digits = 12

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]


def ask():
    with torch.no_grad():
        return float(model(ids).logits[0, -1].double().softmax(-1)[token])


def fingerprint():
    whole = hashlib.sha256()
    for weight in model.parameters():
        whole.update(hashlib.sha256(weight.detach().numpy().data).digest())
    return whole.hexdigest()[:digits]


shares, sums = [ask()], [fingerprint()]
torch.manual_seed(1)
text = model.generate(
    ids,
    attention_mask=torch.ones_like(ids),
    do_sample=True,
    top_k=0,
    max_new_tokens=n,
    pad_token_id=tokenizer.eos_token_id,
)
print(repr(tokenizer.decode(text[0, ids.shape[1] :])))
shares.append(ask())
sums.append(fingerprint())
for share, one in zip(shares, sums, strict=True):
    print(f"{tokenizer.decode([token])!r} {share:.15%}, weights {one}")
result = [shares, *sums]
