"""The table of the 256 bytes, and the ids of the 256 tokens of one byte."""

from transformers import AutoTokenizer

source = "openai-community/gpt2"

tokenizer = AutoTokenizer.from_pretrained(source)

# Every byte is written as one visible character: 188 bytes as themselves, 68 moved to U+0100 on.
shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
moved = [b for b in range(256) if b not in shown]
byte_of = {chr(b): b for b in shown} | {chr(0x100 + n): b for n, b in enumerate(moved)}
char_of = {b: c for c, b in byte_of.items()}

written = "".join(char_of[b] for b in range(256))
print(written)
result = {"written": written, "ids": tokenizer.convert_tokens_to_ids(list(written))}
