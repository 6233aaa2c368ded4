"""The token's row, the position's row and their sum: what enters the first block."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
position = 3
dim = 0

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

token = model.transformer.wte.weight[ids[0, position]].detach()
place = model.transformer.wpe.weight[position].detach()
total = token + place  # what enters block 0
print(f"{token[dim]:+.6f} {place[dim]:+.6f} = {total[dim]:+.6f}")
result = {"wte": token, "wpe": place, "sum": total}
