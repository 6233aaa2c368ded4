"""What attention and what the MLP of each layer write at the last token, put into another text."""

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


def last_logits(ids):
    with torch.no_grad():
        return model(ids).logits[0, -1]


logits_a, logits_b = last_logits(a), last_logits(b)
moved = logits_a.softmax(-1) - logits_b.softmax(-1)
up, down = moved.argmax(), moved.argmin()


def difference(logits):
    return float(logits[up] - logits[down])


def first(output):
    return output[0] if isinstance(output, tuple) else output  # attention returns a tuple


def share(module):
    """How far the answer moves with what this module writes for the prompt."""
    kept = []
    hook = module.register_forward_hook(lambda m, inputs, output: kept.append(first(output)[0, -1]))
    last_logits(a)
    hook.remove()

    def after(module, inputs, output):
        x = first(output).clone()
        x[0, -1] = kept[0]
        return (x, *output[1:]) if isinstance(output, tuple) else x

    hook = module.register_forward_hook(after)
    patched = last_logits(b)
    hook.remove()
    none = difference(logits_b)
    return (difference(patched) - none) / (difference(logits_a) - none)


result = [
    [share(block.attn) for block in model.transformer.h],
    [share(block.mlp) for block in model.transformer.h],
]
for name, shares in zip(("attention", "MLP"), result, strict=True):
    print(f"{name:10}", [f"{one:.1%}" for one in shares])
