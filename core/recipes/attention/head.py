"""The pattern of one head; row: who looks, column: what is looked at."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "red seven lamp red seven lamp"
token_ids = None
layer = 1
head = 3
hide_first = False

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
result = out.attentions[layer][0, head]  # query, key; rows sum to one
if hide_first:
    result = result.clone()
    result[:, 0] = 0  # hide the first token ...
    total = result.sum(-1, keepdim=True)  # ... and let the rest sum to one again
    result = torch.where(total > 1e-6, result / total, 0.0)
print(result)
