"""Next-token probabilities with and without some heads."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "red seven lamp red seven lamp"
token_ids = None
off = {1: [3]}  # layer: heads
mode = "zero"  # what stands in their place: zero, or their mean over the prompt
tokens = [262, 290]

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

d = model.config.n_embd // model.config.n_head
if mode == "zero":

    def without(cut):
        def hook(module, inputs):  # runs before c_proj mixes the heads
            z = inputs[0].clone()
            for h in cut:
                z[..., h * d : (h + 1) * d] = 0.0
            return (z,)

        return hook
else:

    def without(cut):
        def hook(module, inputs):  # runs before c_proj mixes the heads
            z = inputs[0].clone()
            for h in cut:
                part = slice(h * d, (h + 1) * d)
                z[..., part] = z[..., part].mean(-2, keepdim=True)
            return (z,)

        return hook


with torch.no_grad():
    before = model(ids).logits[0, -1].double().log_softmax(-1)
    hooks = [
        model.transformer.h[layer].attn.c_proj.register_forward_pre_hook(without(cut))
        for layer, cut in off.items()
    ]
    after = model(ids).logits[0, -1].double().log_softmax(-1)
for handle in hooks:
    handle.remove()
# How far the prediction moved: the Kullback-Leibler divergence, from nats to bits.
bits = (before.exp() * (before - after)).sum() / torch.tensor(2.0).log()
before, after = before.exp(), after.exp()
result = [*before[tokens], *after[tokens], bits]
for token in tokens:
    print(f"{before[token]:7.2%} -> {after[token]:7.2%}  {tokenizer.decode([token])!r}")
print(float(bits), "bits")
