"""The vectors of one block, caught on their way."""

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

block = model.transformer.h[layer]
caught = {}


def entering(name):
    def hook(module, inputs):
        caught[name] = inputs[0][0, position]

    return hook


def leaving(name):
    def hook(module, inputs, output):
        caught[name] = (output[0] if isinstance(output, tuple) else output)[0, position]

    return hook


parts = {"ln_1": block.ln_1, "attn": block.attn, "ln_2": block.ln_2, "c_fc": block.mlp.c_fc}
parts |= {"gelu": block.mlp.act, "mlp": block.mlp, "resid_post": block}
hooks = [module.register_forward_hook(leaving(name)) for name, module in parts.items()]
hooks.append(block.register_forward_pre_hook(entering("resid_pre")))
hooks.append(block.ln_2.register_forward_pre_hook(entering("resid_mid")))
with torch.no_grad():
    model(ids)
for hook in hooks:
    hook.remove()

order = ["resid_pre", "ln_1", "attn", "resid_mid", "ln_2", "c_fc", "gelu", "mlp", "resid_post"]
result = {name: caught[name] for name in order}
for name, vector in result.items():
    print(f"{name:10} {len(vector):5} numbers, length {vector.norm():.3f}")
