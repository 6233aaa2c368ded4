"""The last token's vector of one text put into another, layer by layer."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "There was once a princess who lived in a castle. Every morning"
other = "There was once a prince who lived in a castle. Every morning"

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
a, b = (
    tokenizer(text, split_special_tokens=True, return_tensors="pt")["input_ids"]
    for text in (prompt, other)
)
modules = [*model.transformer.h, model.transformer.ln_f]  # their inputs
vectors = []
hooks = [
    module.register_forward_pre_hook(lambda module, inputs: vectors.append(inputs[0][0, -1]))
    for module in modules
]
with torch.no_grad():
    logits_a = model(a).logits[0, -1]
    for hook in hooks:
        hook.remove()
    logits_b = model(b).logits[0, -1]
moved = logits_a.softmax(-1) - logits_b.softmax(-1)
up, down = moved.argmax(), moved.argmin()


def patched(layer):
    def before(module, inputs):
        x = inputs[0].clone()
        x[0, -1] = vectors[layer]
        return (x, *inputs[1:])

    hook = modules[layer].register_forward_pre_hook(before)
    with torch.no_grad():
        logits = model(b).logits[0, -1]
    hook.remove()
    return float(logits[up] - logits[down])


whole, none = (float(logits[up] - logits[down]) for logits in (logits_a, logits_b))
last = [(patched(layer) - none) / (whole - none) for layer in range(len(modules))]
arrived = len(last)
while arrived and last[arrived - 1] > 0.5:
    arrived -= 1
print("from", repr(tokenizer.decode(down)), "to", repr(tokenizer.decode(up)))
print([f"{share:.1%}" for share in last], "from layer", arrived, "on")
result = [[arrived], last]
