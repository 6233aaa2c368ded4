"""The tokens of several texts."""

from transformers import AutoTokenizer

source = "openai-community/gpt2"
texts = {"english": " princess", "italian": " principessa", "emoji": "🙂"}

tokenizer = AutoTokenizer.from_pretrained(source)
result = {}
for name, text in texts.items():
    result[name] = len(tokenizer(text, split_special_tokens=True)["input_ids"])
print(sorted(result.items(), key=lambda item: item[1]))
