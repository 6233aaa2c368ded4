"""The loudest neurons, and what one of them says."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
layer = 1
position = 3
neurons = [0, 1, 2]
neuron = 0
words = 8

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

caught = {}
mlp = model.transformer.h[layer].mlp
ln_f = model.transformer.ln_f
hooks = [
    mlp.act.register_forward_hook(lambda m, x, out: caught.update(active=out[0])),
    ln_f.register_forward_pre_hook(lambda m, x: caught.update(last=x[0][0, position])),
]
with torch.no_grad():
    model(ids)
for hook in hooks:
    hook.remove()

with torch.no_grad():
    active = caught["active"]  # (tokens, neurons)
    lengths = (active[position].abs() * mlp.c_proj.weight.norm(dim=1))[neurons]
    added = active[position, neuron] * mlp.c_proj.weight[neuron]
    deviation = (caught["last"].var(unbiased=False) + ln_f.eps).sqrt()
    effect = model.lm_head((added - added.mean()) / deviation * ln_f.weight)
    effect = effect - effect.mean()  # a shift of all logits changes nothing
up, down = effect.topk(words), (-effect).topk(words)
print("lengths added", lengths)
print("neuron", neuron, "raises", [tokenizer.decode(t) for t in up.indices])
print("and lowers", [tokenizer.decode(t) for t in down.indices])
result = {
    "activations": active[:, neurons].T,
    "lengths": lengths,
    "raises": up.values,
    "lowers": -down.values,
}
