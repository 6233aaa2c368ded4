"""Tokens per word of two texts."""

from transformers import AutoTokenizer

source = "openai-community/gpt2"
text = "C'era una volta una principessa."
than = "Once upon a time there was a princess."

tokenizer = AutoTokenizer.from_pretrained(source)
result = []
for one in (text, than):
    ids = tokenizer(one, split_special_tokens=True)["input_ids"]
    n_words = len(one.split())
    result += [len(ids), n_words]
    print(f"{len(ids)} tokens for {n_words} words: {[tokenizer.decode([i]) for i in ids]}")
