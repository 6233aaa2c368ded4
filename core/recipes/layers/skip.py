"""The prediction with some blocks left out."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
position = 3
blocks = [(0, "mlp")]  # layer, and "attn" or "mlp"
tokens = [11, 286]

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

ids = ids[:, : position + 1]


def silent(module, inputs, output):
    if isinstance(output, tuple):  # attention returns (output, weights)
        return (torch.zeros_like(output[0]), *output[1:])
    return torch.zeros_like(output)


with torch.no_grad():
    before = model(ids).logits[0, -1].softmax(-1)
    parts = [getattr(model.transformer.h[layer], part) for layer, part in blocks]
    hooks = [part.register_forward_hook(silent) for part in parts]
    after = model(ids).logits[0, -1].softmax(-1)
for hook in hooks:
    hook.remove()
for token in tokens:
    print(f"{tokenizer.decode(token)!r:16} {before[token]:.4f} -> {after[token]:.4f}")
result = [before[tokens], after[tokens]]
