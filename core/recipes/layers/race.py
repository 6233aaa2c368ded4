"""Probabilities or ranks of some tokens from layer to layer."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
position = 3
tokens = [11, 286]
measure = "probability"  # or "rank"

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

with torch.no_grad():
    states = list(model(ids, output_hidden_states=True).hidden_states)
    # transformers' last hidden state has been through ln_f already: normalise the others only.
    states[:-1] = [model.transformer.ln_f(state) for state in states[:-1]]
    probs = model.lm_head(torch.stack(states)[:, 0, position]).softmax(-1)
probability = probs[:, tokens]
rank = (probs[:, None, :] > probability[:, :, None]).sum(-1) + 1
for i, (shares, places) in enumerate(zip(probability, rank, strict=True)):
    print(i, [f"{100 * p:.2f} % (rank {r})" for p, r in zip(shares, places, strict=True)])
result = {"probability": probability, "rank": rank}[measure]
