"""The last token's embedding, read as if it were the last layer."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "He put on his hat and"

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]

with torch.no_grad():
    out = model(ids, output_hidden_states=True)
    start = out.hidden_states[0][0, -1]  # wte + wpe
    p = model.lm_head(model.transformer.ln_f(start)).softmax(-1)
word, shown, answer = int(ids[0, -1]), int(p.argmax()), int(out.logits[0, -1].argmax())
print(f"{tokenizer.decode([word])!r} is read as {tokenizer.decode([shown])!r}, {p.max():.2%}")
print(f"the model's answer: {tokenizer.decode([answer])!r}")
result = [[word, shown, answer], [float(p.max())]]
