"""All scores of one head, on the prompt and on a fixed set of texts."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "red seven lamp red seven lamp"
token_ids = None
layer = 1
head = 3
fixed_set = ["red seven lamp red seven lamp"]

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(
    source, dtype=torch.float32, attn_implementation="eager"
).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])


def kind_of(piece):  # 0 word, 1 capital, 2 digits, 3 points
    piece = piece.strip()
    if not piece:
        return 4
    if piece[0].isalpha():
        return 1 if piece[0].isupper() else 0
    if piece.isdigit():
        return 2
    return 3 if piece.isascii() and not any(c.isalnum() for c in piece) else 5


def masks(t):
    """Which (query, key) pairs are of each kind."""
    i = torch.arange(len(t))
    back = i[:, None] - i[None, :]
    follows = torch.zeros_like(back, dtype=torch.bool)
    follows[:, 1:] = t[:, None] == t[None, :-1]  # the token after a twin
    same = t[:, None] == t[None, :]
    kind = torch.tensor([kind_of(tokenizer.decode([x])) for x in t.tolist()])
    alike = (kind[:, None] == kind[None, :]) & (kind[:, None] != 0)
    found = {
        "previous": back == 1,
        "induction": follows & (back > 0),
        "duplicate": same & (back > 0),
        "current": back == 0,
        "first": (i[None, :] == 0) & (back > 0),
        "same_kind": alike & ~same & (back > 0),
        "local": (back >= 1) & (back <= 4),
    }
    for mask in found.values():
        mask[0] = False  # the first query has no choice
    return found


def scores(many):
    weight, queries = {}, {}
    for t in many:
        with torch.no_grad():
            pattern = model(t[None], output_attentions=True).attentions[layer][0, head]
        for name, mask in masks(t).items():
            weight[name] = weight.get(name, 0.0) + float(pattern[mask].sum())
            queries[name] = queries.get(name, 0) + int(mask.any(1).sum())
    return {n: weight[n] / queries[n] if queries[n] else float("nan") for n in weight}


def read(text):
    return tokenizer(text, split_special_tokens=True, return_tensors="pt")["input_ids"][0]


limit = model.config.n_positions
result = {"here": scores([ids[0]]), "fixed": scores([read(text)[:limit] for text in fixed_set])}
print(result)
