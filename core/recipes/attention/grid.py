"""One score for every head of every layer: how much of its attention is of one kind."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "red seven lamp red seven lamp"
token_ids = None
kind = "induction"

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(
    source, dtype=torch.float32, attn_implementation="eager"
).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

with torch.no_grad():
    out = model(ids, output_attentions=True)  # one (1, n_head, query, key) for each layer

t = ids[0]
i = torch.arange(len(t))
back = i[:, None] - i[None, :]  # how far each key lies behind its query
if kind == "previous":
    mask = back == 1
elif kind == "induction":
    follows = torch.zeros_like(back, dtype=torch.bool)
    follows[:, 1:] = t[:, None] == t[None, :-1]  # the token after a twin
    mask = follows & (back > 0)
elif kind == "duplicate":
    mask = (t[:, None] == t[None, :]) & (back > 0)
elif kind == "current":
    mask = back == 0
elif kind == "first":
    mask = (i[None, :] == 0) & (back > 0)
elif kind == "local":
    mask = (back >= 1) & (back <= 4)
else:

    def kind_of(piece):  # 0 word, 1 capital, 2 digits, 3 points
        piece = piece.strip()
        if not piece:
            return 4
        if piece[0].isalpha():
            return 1 if piece[0].isupper() else 0
        if piece.isdigit():
            return 2
        return 3 if piece.isascii() and not any(c.isalnum() for c in piece) else 5

    what = torch.tensor([kind_of(tokenizer.decode([x])) for x in t.tolist()])
    mask = (what[:, None] == what[None, :]) & (what[:, None] != 0) & (back > 0)
    mask &= t[:, None] != t[None, :]
mask[0] = False  # the first query has no choice
patterns = torch.stack([layer[0] for layer in out.attentions])  # layer, head, query, key
result = (patterns * mask).sum((-1, -2)) / mask.any(1).sum()  # layer, head
print(result)
