"""A search of the whole vocabulary: how many tokens fit, and the first twenty."""

from transformers import AutoTokenizer

source = "openai-community/gpt2"
by = "text"
query = "dog"
match_case = False
ids = [3290, 9703]

tokenizer = AutoTokenizer.from_pretrained(source)

# Every byte is written as one visible character: 188 bytes as themselves, 68 moved to U+0100 on.
shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
moved = [b for b in range(256) if b not in shown]
byte_of = {chr(b): b for b in shown} | {chr(0x100 + n): b for n, b in enumerate(moved)}


def data(i):  # the bytes of token i
    name = tokenizer.convert_ids_to_tokens(i)
    return name.encode() if i == tokenizer.eos_token_id else bytes(byte_of[c] for c in name)


if by in ("text", "regex"):

    def text(i):
        try:
            return data(i).decode()
        except UnicodeDecodeError:  # no text alone: fits nothing
            return None


every = range(len(tokenizer))
if by == "ids":
    found = ids
elif query == "":
    found = list(every)
elif by == "bytes":
    found = [i for i in every if bytes.fromhex(query) in data(i)]
elif by == "text" and match_case:
    found = [i for i in every if query in (text(i) or "")]
elif by == "text":
    found = [i for i in every if query.lower() in (text(i) or "").lower()]
else:
    import pyarrow
    import pyarrow.compute  # RE2: no pattern can take forever

    texts = pyarrow.array([text(i) for i in every])
    fits = pyarrow.compute.match_substring_regex(texts, query, ignore_case=not match_case)
    found = [i for i in every if fits[i].as_py()]

if by == "ids":
    print(b"".join(data(i) for i in found).decode("utf-8", "backslashreplace"))
    result = [len(data(i)) for i in found]
else:
    found.sort(key=lambda i: (len(data(i)), i))  # shortest first
    print(len(found), [data(i) for i in found[:20]])
    result = [len(found), *found[:20]]
