"""The spans of GPT-2's pattern, and one word in several forms."""

from transformers import AutoTokenizer

source = "openai-community/gpt2"
prompt = "Once upon a time"
forms = [" dog", "dog", " Dog", "Dog", " DOG", "DOG"]

tokenizer = AutoTokenizer.from_pretrained(source)

cutter = tokenizer.backend_tokenizer.pre_tokenizer
spans = [[start, end] for _, (start, end) in cutter.pre_tokenize_str(prompt)]
print([prompt[start:end] for start, end in spans])
ids = [tokenizer(form, split_special_tokens=True)["input_ids"] for form in forms]
for form, found in zip(forms, ids, strict=True):
    print(repr(form), found)
result = {"spans": spans, "ids": ids}
