"""One text, two models of one shape: a vector of the other put into this one, place by place."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
other = "somebody/gpt2-trained-on"
ids = [464, 2576, 373]
places = [0, 1, 2]

tokenizer = AutoTokenizer.from_pretrained(source)
here, there = (
    GPT2LMHeadModel.from_pretrained(name, dtype=torch.float32).eval() for name in (source, other)
)
modules = [*here.transformer.h, here.transformer.ln_f]  # their inputs are patched


def last_logits(model):
    with torch.no_grad():
        return model(torch.tensor([ids])).logits[0, -1]


vectors = []
hooks = [
    module.register_forward_pre_hook(lambda module, inputs: vectors.append(inputs[0][0]))
    for module in (*there.transformer.h, there.transformer.ln_f)
]
logits_there = last_logits(there)
for hook in hooks:
    hook.remove()
logits_here = last_logits(here)
moved = logits_there.softmax(-1) - logits_here.softmax(-1)
words = [moved.argmax(), moved.argmin()]


def difference(logits):
    return float(logits[words[0]] - logits[words[1]])


def patched(layer, place):
    def before(module, inputs):
        x = inputs[0].clone()
        x[0, place] = vectors[layer][place]
        return (x, *inputs[1:])

    hook = modules[layer].register_forward_pre_hook(before)
    try:
        return last_logits(here)
    finally:
        hook.remove()


whole, none = difference(logits_there), difference(logits_here)
result = [
    [(difference(patched(layer, place)) - none) / (whole - none) for place in places]
    for layer in range(len(modules))
]
print("0% is", repr(tokenizer.decode(words[1])), "and 100% is", repr(tokenizer.decode(words[0])))
for row in result:
    print("  ".join(f"{share:6.1%}" for share in row))
