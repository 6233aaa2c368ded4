"""How surprising each token of one text is to two models."""

import math

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
other = "distilbert/distilgpt2"
token_ids = [7454, 2402, 257, 640]

tokenizer = AutoTokenizer.from_pretrained(source)
result = []
for name in (source, other):
    one = GPT2LMHeadModel.from_pretrained(name, dtype=torch.float32).eval()
    with torch.no_grad():
        log_probs = one(torch.tensor([token_ids])).logits[0, :-1].log_softmax(-1)
    # Of each token but the first, which nothing stands before.
    result.append((-log_probs[range(len(token_ids) - 1), token_ids[1:]] / math.log(2)).tolist())
for token, here, there in zip(token_ids[1:], *result, strict=True):
    print(f"{tokenizer.decode(token)!r:16} here {here:.2f} bits, there {there:.2f}")
