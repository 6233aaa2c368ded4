"""Lengths along the stack."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
position = 3

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

stream, attn, mlp = [], [], []


def length(vectors):
    return vectors[0, position].norm().item()


hooks = []
for block in model.transformer.h:
    hooks += [
        block.register_forward_pre_hook(lambda m, x: stream.append(length(x[0]))),
        block.attn.register_forward_hook(lambda m, x, out: attn.append(length(out[0]))),
        block.mlp.register_forward_hook(lambda m, x, out: mlp.append(length(out))),
    ]
ln_f = model.transformer.ln_f
hooks.append(ln_f.register_forward_pre_hook(lambda m, x: stream.append(length(x[0]))))
with torch.no_grad():
    model(ids)
for hook in hooks:
    hook.remove()
result = {"stream": stream, "attn": attn, "mlp": mlp}
print(result)
