"""What the weights of one token add up to."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Mr. Wimbleton met Mrs. Hargrave. Mr. Wimbleton spoke to Mrs."
layer = 1
head = 3
token = 5  # the position that looks

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(
    source, dtype=torch.float32, attn_implementation="eager"
).eval()
ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]

with torch.no_grad():
    pattern = model(ids, output_attentions=True).attentions[layer][0, head]
row = pattern[token, : token + 1]
print(" + ".join(f"{weight:.1%}" for weight in row), f"= {row.sum():.1%}")
result = [[float(row.sum()), float(row.max())], [len(row)]]
