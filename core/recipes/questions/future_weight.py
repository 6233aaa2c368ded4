"""What an earlier token gives to a later one."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Mr. Wimbleton met Mrs. Hargrave. Mr. Wimbleton spoke to Mrs."
layer = 1
head = 3
early = 5  # positions
late = 8

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(
    source, dtype=torch.float32, attn_implementation="eager"
).eval()
ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]

with torch.no_grad():
    pattern = model(ids, output_attentions=True).attentions[layer][0, head]  # query, key
future = torch.ones_like(pattern, dtype=torch.bool).triu(1)  # all cells right of the diagonal
print(f"{tokenizer.decode(ids[0, early])!r} to {tokenizer.decode(ids[0, late])!r}:", end=" ")
print(f"{pattern[early, late]:.1%}; all {int(future.sum())} weights ahead: {pattern[future].sum()}")
result = [float(pattern[early, late]), int((future & (pattern == 0)).sum())]
