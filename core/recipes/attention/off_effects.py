"""How far the prediction moves when each head alone is switched off."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "red seven lamp red seven lamp"
token_ids = None
mode = "zero"  # what stands in its place: zero, or its mean over the prompt

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


result = torch.zeros(model.config.n_layer, model.config.n_head)
with torch.no_grad():
    before = model(ids).logits[0, -1].double().log_softmax(-1)
    for layer, block in enumerate(model.transformer.h):
        for head in range(model.config.n_head):
            handle = block.attn.c_proj.register_forward_pre_hook(without([head]))
            after = model(ids).logits[0, -1].double().log_softmax(-1)
            handle.remove()
            # Kullback-Leibler divergence, from nats to bits
            result[layer, head] = (before.exp() * (before - after)).sum() / torch.tensor(2.0).log()
print(result)  # layer, head
