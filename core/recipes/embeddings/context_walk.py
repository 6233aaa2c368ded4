"""One token's vector through the layers: its length, and the tokens that it lies nearest to."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
position = 3
top = 5

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])


def residual_stream(ids):
    kept = []  # the last one: caught as it enters ln_f
    hook = model.transformer.ln_f.register_forward_pre_hook(lambda module, x: kept.append(x[0]))
    with torch.no_grad():
        out = model(ids, output_hidden_states=True)
    hook.remove()
    return torch.cat([*out.hidden_states[:-1], *kept])  # (n_layer + 1, n_ctx, n_embd)


vectors = residual_stream(ids)[:, position]  # (n_layer + 1, n_embd)
wte = model.transformer.wte.weight.detach()
unit = torch.nn.functional.normalize
cosine = unit(vectors, dim=-1) @ unit(wte, dim=-1).T  # (n_layer + 1, n_vocab)
best = cosine.topk(top, dim=-1)
for layer, row in enumerate(best.indices):
    print(layer, [tokenizer.decode(i) for i in row])
result = {"own": cosine[:, ids[0, position]], "norm": vectors.norm(dim=-1), "best": best.values}
