"""A text's tokens, words and characters, counted."""

from transformers import AutoTokenizer

source = "openai-community/gpt2"
text = "Once upon a time there was a princess."

tokenizer = AutoTokenizer.from_pretrained(source)
ids = tokenizer(text, split_special_tokens=True)["input_ids"]
print([tokenizer.decode([token]) for token in ids])
result = [len(ids), len(text.split()), len(text)]
print(result)
