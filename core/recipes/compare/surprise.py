"""How surprising each token is, in two texts."""

import math

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
ids_a = [464, 2576, 373]
ids_b = [464, 2933, 373]

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()


def bits(ids):
    """Of each token but the first, which nothing stands before."""
    with torch.no_grad():
        log_probs = model(torch.tensor([ids])).logits[0, :-1].log_softmax(-1)
    return (-log_probs[range(len(ids) - 1), ids[1:]] / math.log(2)).tolist()


result = [bits(ids_a), bits(ids_b)]
for name, ids, found in zip("AB", (ids_a, ids_b), result, strict=True):
    told = [f"{tokenizer.decode(i)!r} {b:.2f}" for i, b in zip(ids[1:], found, strict=True)]
    print(f"{name}: {', '.join(told)}; together {sum(found):.2f} bits")
