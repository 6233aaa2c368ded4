"""How far each position's vectors move, at most, when two words change places."""

import torch
from transformers import GPT2LMHeadModel

source = "openai-community/gpt2"
token_ids = [464, 3290, 26172, 262, 3797]  # "The dog chased the cat"
swapped = [464, 3797, 26172, 262, 3290]

model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()


def residual_stream(ids):
    kept = []  # the last one: caught as it enters ln_f
    hook = model.transformer.ln_f.register_forward_pre_hook(lambda module, x: kept.append(x[0]))
    with torch.no_grad():
        out = model(torch.tensor([ids]), output_hidden_states=True)
    hook.remove()
    return torch.cat([*out.hidden_states[:-1], *kept])  # (n_layer + 1, n_ctx, n_embd)


before, after = residual_stream(token_ids), residual_stream(swapped)
moved = ((after - before).norm(dim=-1) / before.norm(dim=-1)).amax(0)  # over all layers
first = int((moved > 1e-3).nonzero()[0])
for position, share in enumerate(moved):
    print(f"{position:3d} {share:8.2%}")
result = [[first], moved]
