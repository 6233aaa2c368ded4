"""Where one token looks in one head."""

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
    out = model(ids, output_attentions=True)  # one (1, n_head, query, key) for each layer
row = out.attentions[layer][0, head, token, : token + 1]  # sums to one
for position in row.argsort(descending=True)[:5].tolist():
    print(f"{row[position]:7.1%} to token {position}, {tokenizer.decode(ids[0, position])!r}")
result = [int(row.argmax()), float(row.max()), float(row[0]), float(row[max(token - 1, 0)])]
