"""The prediction with and without one head."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Mr. Wimbleton met Mrs. Hargrave. Mr. Wimbleton spoke to Mrs."
layer = 1
head = 3

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(
    source, dtype=torch.float32, attn_implementation="eager"
).eval()
ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
d_head = model.config.n_embd // model.config.n_head


def without(module, inputs):  # runs before c_proj mixes the heads
    z = inputs[0].clone()
    z[..., head * d_head : (head + 1) * d_head] = 0.0
    return (z,)


with torch.no_grad():
    out = model(ids, output_attentions=True)
    hook = model.transformer.h[layer].attn.c_proj.register_forward_pre_hook(without)
    after = model(ids).logits[0, -1].double().log_softmax(-1)
hook.remove()
before = out.logits[0, -1].double().log_softmax(-1)
# How far the prediction moved: the Kullback-Leibler divergence, from nats to bits.
bits = (before.exp() * (before - after)).sum() / torch.tensor(2.0).log()
weight = out.attentions[layer][0, head, -1].max()  # the most that the last token gives to one
top, new_top = int(before.argmax()), int(after.argmax())
print(f"{float(weight):.1%} of its attention to one token; without it {float(bits):.4f} bits")
for token in (top, new_top):
    shares = f"{before[token].exp():7.2%} -> {after[token].exp():7.2%}"
    print(f"{shares}  {tokenizer.decode([token])!r}")
result = [weight, bits, before[top].exp(), after[top].exp(), after[new_top].exp()]
result = [float(number) for number in result]
