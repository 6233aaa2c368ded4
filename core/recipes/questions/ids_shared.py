"""The ids of a word, with and without a space before it."""

from transformers import AutoTokenizer

source = "openai-community/gpt2"
text = "strawberry"
with_space = " strawberry"

tokenizer = AutoTokenizer.from_pretrained(source)
ids = tokenizer(text, split_special_tokens=True)["input_ids"]
others = tokenizer(with_space, split_special_tokens=True)["input_ids"]
shared = len(set(ids) & set(others))
print(repr(text), ids, repr(with_space), others, "in common:", shared)
result = [[shared], ids, others]
