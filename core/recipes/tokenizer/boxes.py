"""Boxes of the tokenizer page. None of them needs the model, only its tokenizer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.recipes.recipe import Recipe, preamble
from core.tokens.byte_table import byte_encoder
from core.tokens.cost import Cost
from core.tokens.encoding import Token
from core.tokens.merges import Replay, parts
from core.tokens.pretokens import Span
from core.tokens.search import parse_bytes
from core.tokens.vocabulary import Vocabulary

#: GPT-2 writes every byte as one visible character; these lines make its table.
TABLE = """
# Every byte is written as one visible character: 188 bytes as themselves, 68 moved to U+0100 on.
shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
moved = [b for b in range(256) if b not in shown]
byte_of = {chr(b): b for b in shown} | {chr(0x100 + n): b for n, b in enumerate(moved)}
"""
DATA = """
def data(i):                                    # the bytes of token i
    name = tokenizer.convert_ids_to_tokens(i)
    return name.encode() if i == tokenizer.eos_token_id else bytes(byte_of[c] for c in name)
"""
MERGES = """
import json
rules = json.loads(tokenizer.backend_tokenizer.to_str())["model"]["merges"]
rank = {tuple(pair): n for n, pair in enumerate(rules)}          # 0 was learned first
"""


def _start(source: str, **texts: str) -> str:
    lines = "".join(f"{name} = {text!a}\n" for name, text in texts.items())
    return preamble(source, model=False) + lines


def tokens(source: str, text: str, shown: Sequence[Token]) -> Recipe:
    """Every token with its id, bytes and place."""
    code = (
        _start(source, prompt=text)
        + TABLE
        + DATA
        + """
# split_special_tokens: "<|endoftext|>" that somebody typed stays text.
encoded = tokenizer(prompt, split_special_tokens=True, return_offsets_mapping=True)
result = []
for i, (start, end) in zip(encoded["input_ids"], encoded["offset_mapping"]):
    result.append([i, data(i).hex(" "), start, end])
    print(f"{i:6d}  characters {start} to {end - 1}  bytes {data(i).hex(' ')}")
"""
    )
    values = [[t.id, t.data.hex(" "), t.start, t.end] for t in shown]
    return Recipe("tokenizer-tokens", code, values)


def cuts(
    source: str, text: str, spans: Sequence[Span], forms: dict[str, tuple[int, ...]]
) -> Recipe:
    """The spans of the pattern, and one word in several forms."""
    code = (
        _start(source, prompt=text)
        + f"""forms = {list(forms)!a}

cutter = tokenizer.backend_tokenizer.pre_tokenizer
spans = [[start, end] for _, (start, end) in cutter.pre_tokenize_str(prompt)]
print([prompt[start:end] for start, end in spans])
ids = [tokenizer(form, split_special_tokens=True)["input_ids"] for form in forms]
for form, found in zip(forms, ids):
    print(repr(form), found)
result = {{"spans": spans, "ids": ids}}
"""
    )
    values = {"spans": [[s.start, s.end] for s in spans], "ids": [list(i) for i in forms.values()]}
    return Recipe("tokenizer-cuts", code, values)


def merges(source: str, word: str, words: Vocabulary, played: Replay) -> Recipe:
    """Byte-pair encoding of one word, merge by merge."""
    code = (
        _start(source, word=word)
        + TABLE
        + MERGES
        + """
char_of = {b: c for c, b in byte_of.items()}
pieces = [char_of[b] for b in word.encode()]    # one piece for each byte
steps = []
while True:
    pairs = [pair for pair in zip(pieces, pieces[1:]) if pair in rank]
    if not pairs:
        break
    best = min(pairs, key=rank.get)             # the lowest rank is joined first
    merged, i = [], 0
    while i < len(pieces):                      # wherever it occurs
        if tuple(pieces[i:i + 2]) == best:
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
"""
    )
    values = {"ranks": [s.winner.rank for s in played.steps], "ids": list(played.ids)}
    return Recipe("tokenizer-merges", code, values)


def spelling(source: str, text: str, rows: Sequence[dict]) -> Recipe:
    """The bytes of each character, and what GPT-2 writes for each byte."""
    code = (
        _start(source, text=text)
        + TABLE
        + """
char_of = {b: c for c, b in byte_of.items()}
result = []
for character in text:
    written = "".join(char_of[b] for b in character.encode())
    result.append([character.encode().hex(" "), written])
    print(repr(character), character.encode().hex(" "), written)
"""
    )
    characters = [(r["start"], r["end"]) for r in rows if r["lane"] == 0]
    data = {r["start"]: r["text"] for r in rows if r["lane"] == 1}
    written = {r["start"]: r["text"] for r in rows if r["lane"] == 2}
    values = [
        [
            " ".join(data[n].lower() for n in range(start, end)),
            "".join(written[n] for n in range(start, end)),
        ]
        for start, end in characters
    ]
    return Recipe("tokenizer-bytes", code, values)


def table(source: str, words: Vocabulary) -> Recipe:
    """The table of the 256 bytes, and the ids of the 256 tokens of one byte."""
    code = (
        preamble(source, model=False)
        + TABLE
        + """
char_of = {b: c for c, b in byte_of.items()}
written = "".join(char_of[b] for b in range(256))
print(written)
result = {"written": written, "ids": tokenizer.convert_tokens_to_ids(list(written))}
"""
    )
    values = {"written": "".join(byte_encoder()), "ids": list(words.byte_ids)}
    return Recipe("tokenizer-byte-table", code, values)


def found(
    source: str, query: str, by: str, match_case: bool, ids: np.ndarray, words: Vocabulary
) -> Recipe:
    """A search of the whole vocabulary: how many fit, and the first twenty."""
    code = _start(source, query=query) + TABLE + DATA
    if by == "ids":
        code += f"""
ids = {[int(i) for i in ids]}
print(b"".join(data(i) for i in ids).decode("utf-8", "backslashreplace"))
result = [len(data(i)) for i in ids]
"""
        return Recipe("tokenizer-search", code, [len(words.data[i]) for i in ids])
    if by == "bytes":
        fits = "found = [i for i in every if bytes.fromhex(query) in data(i)]\n"
        hexed = parse_bytes(query).hex(" ")
        code = code.replace(f"query = {query!a}\n", f"query = {hexed!a}\n")
    elif by == "text" and match_case:
        fits = "found = [i for i in every if text(i) is not None and query in text(i)]\n"
    elif by == "text":
        fits = "found = [i for i in every if query.lower() in (text(i) or '').lower()]\n"
    else:
        fits = (
            "import pyarrow, pyarrow.compute           # RE2: no pattern can take forever\n"
            "fits = pyarrow.compute.match_substring_regex(\n"
            f"    pyarrow.array([text(i) for i in every]), query, ignore_case={not match_case})\n"
            "found = [i for i in every if fits[i].as_py()]\n"
        )
    if not query:
        fits = "found = list(every)\n"
    elif by != "bytes":
        code += """
def text(i):
    try:
        return data(i).decode()
    except UnicodeDecodeError:                  # no text alone: fits nothing
        return None
"""
    code += (
        "\nevery = range(len(tokenizer))\n"
        + fits
        + """found.sort(key=lambda i: (len(data(i)), i))      # shortest first
print(len(found), [data(i) for i in found[:20]])
result = [len(found), *found[:20]]
"""
    )
    return Recipe("tokenizer-search", code, [len(ids), *(int(i) for i in ids[:20])])


def family(source: str, number: int, words: Vocabulary) -> Recipe:
    """How one token of the vocabulary is built, down to bytes."""
    code = (
        preamble(source, model=False)
        + MERGES
        + f"""
made_by = {{a + b: (a, b) for a, b in reversed(list(rank))}}
result = []


def show(name, depth=0):
    i = tokenizer.convert_tokens_to_ids(name)
    parts = made_by.get(name)
    number = rank[parts] if parts else -1       # -1: a single byte, or <|endoftext|>
    result.append([i, number])
    print("  " * depth + f"{{name}}  id {{i}}" + (f"  rank {{number}}" if parts else ""))
    for part in parts or ():
        show(part, depth + 1)


show(tokenizer.convert_ids_to_tokens({number}))
"""
    )
    values = [[part, int(words.rank[part])] for part in parts(words, number)]
    return Recipe("tokenizer-family", code, values)


def costs(source: str, texts: tuple[str, str], counted: tuple[Cost, Cost]) -> Recipe:
    """Tokens, characters, bytes and words of two texts."""
    code = (
        _start(source, first=texts[0], second=texts[1])
        + """
result = []
for text in (first, second):
    n_tokens = len(tokenizer(text, split_special_tokens=True)["input_ids"])
    result.append([n_tokens, len(text), len(text.encode()), len(text.split())])
    print("tokens, characters, bytes, words:", result[-1])
"""
    )
    values = [[c.tokens, c.characters, c.bytes, c.words] for c in counted]
    return Recipe("tokenizer-costs", code, values)
