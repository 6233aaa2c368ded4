"""The bytes of each character, and what GPT-2 writes for each byte."""

text = "naïve 🙂"

# Every byte is written as one visible character: 188 bytes as themselves, 68 moved to U+0100 on.
shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
moved = [b for b in range(256) if b not in shown]
byte_of = {chr(b): b for b in shown} | {chr(0x100 + n): b for n, b in enumerate(moved)}
char_of = {b: c for c, b in byte_of.items()}

result = []
for character in text:
    written = "".join(char_of[b] for b in character.encode())
    result.append([character.encode().hex(" "), written])
    print(repr(character), character.encode().hex(" "), written)
