"""From q and k to what the head writes, for one query."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "red seven lamp red seven lamp"
token_ids = None
layer = 1
head = 3
query = 4

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

block = model.transformer.h[layer]
with torch.no_grad():
    # The residual stream that enters the layer, normalised, then packed Q, K and V.
    x = model(ids, output_hidden_states=True).hidden_states[layer][0]
    q, k, v = block.attn.c_attn(block.ln_1(x)).split(model.config.n_embd, dim=-1)
    d = model.config.n_embd // model.config.n_head
    q, k, v = (part[:, head * d : (head + 1) * d] for part in (q, k, v))
    dots = k @ q[query]  # q . k for every key
    scores = dots * block.attn.scaling  # divided by the square root of d
    scores[query + 1 :] = -torch.inf  # the future is masked
    weights = scores.softmax(-1)
    z = weights @ v  # the weighted sum of values
    out = z @ block.attn.c_proj.weight[head * d : (head + 1) * d]  # added to the residual stream
result = {"q": q[query], "dots": dots, "scores": scores, "weights": weights, "z": z, "out": out}
print(result)
