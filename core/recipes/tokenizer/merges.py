"""Byte-pair encoding of one word, merge by merge."""

import json
from itertools import pairwise

from transformers import AutoTokenizer

source = "openai-community/gpt2"
word = " daughter"

tokenizer = AutoTokenizer.from_pretrained(source)

# Every byte is written as one visible character: 188 bytes as themselves, 68 moved to U+0100 on.
shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
moved = [b for b in range(256) if b not in shown]
byte_of = {chr(b): b for b in shown} | {chr(0x100 + n): b for n, b in enumerate(moved)}
char_of = {b: c for c, b in byte_of.items()}

rules = json.loads(tokenizer.backend_tokenizer.to_str())["model"]["merges"]
rank = {tuple(pair): n for n, pair in enumerate(rules)}  # 0 was learned first

pieces = [char_of[b] for b in word.encode()]  # one piece for each byte
steps = []
while True:
    pairs = [pair for pair in pairwise(pieces) if pair in rank]
    if not pairs:
        break
    best = min(pairs, key=rank.get)  # the lowest rank is joined first
    merged, i = [], 0
    while i < len(pieces):  # wherever it occurs
        if tuple(pieces[i : i + 2]) == best:
            merged.append(pieces[i] + pieces[i + 1])
            i += 2
        else:
            merged.append(pieces[i])
            i += 1
    pieces = merged
    steps.append(rank[best])
    print(f"rank {rank[best]:6d}: {' | '.join(pieces)}")
ids = tokenizer.convert_tokens_to_ids(pieces)
print(ids)
result = {"ranks": steps, "ids": ids}
