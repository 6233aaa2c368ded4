"""What leaving out each layer changes, in bits."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "He put on his hat and"

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]


def silent(module, inputs, output):
    if isinstance(output, tuple):  # attention returns (output, weights)
        return (torch.zeros_like(output[0]), *output[1:])
    return torch.zeros_like(output)


result = []
with torch.no_grad():
    whole = model(ids).logits[0, -1].double().log_softmax(-1)
    for block in model.transformer.h:
        hooks = [part.register_forward_hook(silent) for part in (block.attn, block.mlp)]
        without = model(ids).logits[0, -1].double().log_softmax(-1)
        for hook in hooks:
            hook.remove()
        bits = (whole.exp() * (whole - without)).sum() / torch.log(torch.tensor(2.0))
        result.append(float(bits))
for layer, bits in enumerate(result):
    print(f"without layer {layer}: {bits:.3f} bits")
