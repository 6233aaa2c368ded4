"""All heads of all layers in one matrix."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "red seven lamp red seven lamp"
token_ids = None
which = "rollout"

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
if which == "rollout":
    result = torch.eye(ids.shape[1])
    for layer in out.attentions:  # half attention, half the token itself
        step = 0.5 * layer[0].mean(0) + 0.5 * torch.eye(ids.shape[1])
        result = step @ result
elif which == "mean":
    result = torch.stack([layer[0].mean(0) for layer in out.attentions]).mean(0)
else:
    result = torch.stack([layer[0].amax(0) for layer in out.attentions]).amax(0)
print(result)  # query, key
