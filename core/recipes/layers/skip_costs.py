"""What leaving out each part alone changes, in bits."""

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

ids = ids[:, : position + 1]


def silent(module, inputs, output):
    if isinstance(output, tuple):  # attention returns (output, weights)
        return (torch.zeros_like(output[0]), *output[1:])
    return torch.zeros_like(output)


result = {"attn": [], "mlp": []}
with torch.no_grad():
    whole = model(ids).logits[0, -1].double().log_softmax(-1)
    for block in model.transformer.h:
        for part in result:
            hook = getattr(block, part).register_forward_hook(silent)
            without = model(ids).logits[0, -1].double().log_softmax(-1)
            hook.remove()
            bits = (whole.exp() * (whole - without)).sum() / torch.log(torch.tensor(2.0))
            result[part].append(float(bits))
print(result)
