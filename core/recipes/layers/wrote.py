"""Direct logit attribution by hand."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
position = 3
token = 11
against = None  # another token: the difference of the two logits

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

z, mlp, last, hooks = [], [], [], []
for block in model.transformer.h:
    hooks += [
        block.attn.c_proj.register_forward_pre_hook(lambda m, x: z.append(x[0][0, position])),
        block.mlp.register_forward_hook(lambda m, x, out: mlp.append(out[0, position])),
    ]
ln_f = model.transformer.ln_f
hooks.append(ln_f.register_forward_pre_hook(lambda m, x: last.append(x[0][0, position])))
with torch.no_grad():
    logits = model(ids).logits[0, position]
for hook in hooks:
    hook.remove()

wte, wpe = model.transformer.wte.weight.detach(), model.transformer.wpe.weight.detach()
direction, logit = wte[token], logits[token]
if against is not None:
    direction, logit = direction - wte[against], logit - logits[against]
deviation = (last[0].var(unbiased=False) + ln_f.eps).sqrt()


def share(x):  # ln_f, with the whole stream's deviation
    return (x - x.mean(-1, keepdim=True)) / deviation * ln_f.weight @ direction


with torch.no_grad():
    embedding = share(wte[ids[0, position]]) + share(wpe[position])
    heads, mlps, biases = [], [], ln_f.bias @ direction
    for block, mixed, added in zip(model.transformer.h, z, mlp, strict=True):
        attn_out, mlp_out = block.attn.c_proj, block.mlp.c_proj
        mixed = mixed.view(model.config.n_head, 1, -1)
        rows = attn_out.weight.view(model.config.n_head, mixed.shape[-1], -1)
        heads.append(share((mixed @ rows)[:, 0]))
        mlps.append(share(added - mlp_out.bias))
        biases = biases + share(attn_out.bias) + share(mlp_out.bias)
    heads, mlps = torch.stack(heads), torch.stack(mlps)  # (layers, heads), (layers,)
total = embedding + heads.sum() + mlps.sum() + biases
print(f"parts {total:.4f}, the model's own {logit:.4f}")
result = {"embedding": embedding, "heads": heads, "mlp": mlps, "biases": biases, "logit": logit}
