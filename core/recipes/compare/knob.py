"""The difference of two texts, added to a third one's stream."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
ids_a = [464, 2576, 373]
ids_b = [464, 2933, 373]
ids_text = [464, 1862, 582]
layer = 6
factor = 1.0
tokens = [673, 339]

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
module = [*model.transformer.h, model.transformer.ln_f][layer]
last = []


def listen(module, inputs):
    last.append(inputs[0][0, -1])


def turn(module, inputs):
    x = inputs[0].clone()
    x[0, -1] += factor * (last[0] - last[1])
    return (x, *inputs[1:])


with torch.no_grad():
    hook = module.register_forward_pre_hook(listen)
    model(torch.tensor([ids_a]))
    model(torch.tensor([ids_b]))
    hook.remove()
    plain = model(torch.tensor([ids_text])).logits[0, -1].softmax(-1)
    hook = module.register_forward_pre_hook(turn)
    turned = model(torch.tensor([ids_text])).logits[0, -1].softmax(-1)
    hook.remove()
for token in tokens:
    print(f"{tokenizer.decode(token)!r:16} {plain[token]:.4f} -> {turned[token]:.4f}")
result = [plain[tokens], turned[tokens]]
