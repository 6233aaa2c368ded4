"""The pair of pieces that byte-pair encoding joins at one step of a word."""

import json
from itertools import pairwise

from transformers import AutoTokenizer

source = "openai-community/gpt2"
word = "strawberry"
step = 0  # merges that are done already

tokenizer = AutoTokenizer.from_pretrained(source)

# Every byte is written as one visible character: 188 bytes as themselves, 68 moved to U+0100 on.
shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
moved = [b for b in range(256) if b not in shown]
char_of = {b: chr(b) for b in shown} | {b: chr(0x100 + n) for n, b in enumerate(moved)}

rules = json.loads(tokenizer.backend_tokenizer.to_str())["model"]["merges"]
rank = {tuple(pair): n for n, pair in enumerate(rules)}  # 0 was learned first


def best_of(pieces):  # the lowest rank is joined first
    return min((pair for pair in pairwise(pieces) if pair in rank), key=rank.get)


pieces = [char_of[b] for b in word.encode()]  # one piece for each byte
for _done in range(step):
    best, merged, i = best_of(pieces), [], 0
    while i < len(pieces):  # wherever it occurs
        n = 2 if tuple(pieces[i : i + 2]) == best else 1
        merged.append("".join(pieces[i : i + n]))
        i += n
    pieces = merged
best = best_of(pieces)
print(" | ".join(pieces), "->", " + ".join(best), "by rule", rank[best])
result = [tokenizer.convert_tokens_to_ids(list(best)), [rank[best]]]
