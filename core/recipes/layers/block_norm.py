"""Layer norm by hand."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
layer = 1
position = 3
norm = "ln_1"  # or "ln_2"

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

block = model.transformer.h[layer]
layer_norm = getattr(block, norm)
with torch.no_grad():
    x = model(ids, output_hidden_states=True).hidden_states[layer]
if norm == "ln_2":  # the stream in the middle of the block
    with torch.no_grad():
        x = x + block.attn(block.ln_1(x))[0]
x = x[0, position]
mean = x.mean()
variance = ((x - mean) ** 2).mean()
out = (x - mean) / (variance + layer_norm.eps).sqrt() * layer_norm.weight + layer_norm.bias
print(f"mean {mean:.4f}, variance {variance:.4f}")
assert torch.allclose(out, layer_norm(x), atol=1e-4)
result = {"mean": mean, "variance": variance, "out": out.detach()}
