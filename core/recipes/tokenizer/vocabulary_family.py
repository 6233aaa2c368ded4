"""How one token of the vocabulary is built, down to bytes."""

import json

from transformers import AutoTokenizer

source = "openai-community/gpt2"
token_id = 3290

tokenizer = AutoTokenizer.from_pretrained(source)

rules = json.loads(tokenizer.backend_tokenizer.to_str())["model"]["merges"]
rank = {tuple(pair): n for n, pair in enumerate(rules)}  # 0 was learned first
made_by = {a + b: (a, b) for a, b in reversed(list(rank))}
result = []


def show(name, depth=0):
    i = tokenizer.convert_tokens_to_ids(name)
    parts = made_by.get(name)
    number = rank[parts] if parts else -1  # -1: a single byte, or <|endoftext|>
    result.append([i, number])
    print("  " * depth + f"{name}  id {i}" + (f"  rank {number}" if parts else ""))
    for part in parts or ():
        show(part, depth + 1)


show(tokenizer.convert_ids_to_tokens(token_id))
