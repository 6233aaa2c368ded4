"""Tokens, characters, bytes and words of two texts."""

from transformers import AutoTokenizer

source = "openai-community/gpt2"
first = "The king gave his daughter a golden ring."
second = "Il re diede a sua figlia un anello d'oro."

tokenizer = AutoTokenizer.from_pretrained(source)

result = []
for text in (first, second):
    n_tokens = len(tokenizer(text, split_special_tokens=True)["input_ids"])
    result.append([n_tokens, len(text), len(text.encode()), len(text.split())])
    print("tokens, characters, bytes, words:", result[-1])
