"""Every token with its id, bytes and place."""

from transformers import AutoTokenizer

source = "openai-community/gpt2"
prompt = "Once upon a time"

tokenizer = AutoTokenizer.from_pretrained(source)

# Every byte is written as one visible character: 188 bytes as themselves, 68 moved to U+0100 on.
shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
moved = [b for b in range(256) if b not in shown]
byte_of = {chr(b): b for b in shown} | {chr(0x100 + n): b for n, b in enumerate(moved)}


def data(i):  # the bytes of token i
    name = tokenizer.convert_ids_to_tokens(i)
    return name.encode() if i == tokenizer.eos_token_id else bytes(byte_of[c] for c in name)


# split_special_tokens: "<|endoftext|>" that somebody typed stays text.
encoded = tokenizer(prompt, split_special_tokens=True, return_offsets_mapping=True)
result = []
for i, (start, end) in zip(encoded["input_ids"], encoded["offset_mapping"], strict=True):
    result.append([i, data(i).hex(" "), start, end])
    print(f"{i:6d}  characters {start} to {end - 1}  bytes {data(i).hex(' ')}")
