"""GELU by hand."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
layer = 1
position = 3

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

caught = []  # what enters GELU
mlp = model.transformer.h[layer].mlp
catch = mlp.act.register_forward_pre_hook(lambda module, inputs: caught.append(inputs[0]))
with torch.no_grad():
    model(ids)
catch.remove()

x = caught[0][0, position]
inner = (2 / torch.pi) ** 0.5 * (x + 0.044715 * x**3)
gate = 0.5 * (1 + inner.tanh())
result = x * gate
assert torch.allclose(result, mlp.act(x), atol=1e-5)
print(result)
