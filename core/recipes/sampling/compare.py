"""Bits per token of each continuation, by the model's own probabilities."""

import math

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
continuations = [[11, 262, 995], [612, 373, 257]]

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

result = []
for new in continuations:
    whole = torch.cat([ids, torch.tensor([new])], dim=1)
    with torch.no_grad():
        log_probs = model(whole[:, :-1]).logits[0, ids.shape[1] - 1 :].log_softmax(-1)
    nats = -log_probs[range(len(new)), new].sum().item()
    result.append(nats / len(new) / math.log(2))
    print(f"{result[-1]:6.3f} bits per token  {tokenizer.decode(new)!r}")
