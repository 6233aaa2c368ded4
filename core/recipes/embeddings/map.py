"""Principal axes of the embeddings, and the prompt's vectors of a layer on the same axes."""

import torch
from sklearn.decomposition import PCA
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
words = [5822, 16599, 3290, 3797, 2042]  # everyday words, a token each
layer = 0  # so many blocks have been read

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


once = list(dict.fromkeys(words + ids[0].tolist()))  # each different token counts once
wte = torch.nn.functional.normalize(model.transformer.wte.weight.detach(), dim=1)
pca = PCA(2, svd_solver="full").fit(wte[once].numpy())
axes = pca.components_
for axis in axes:  # fix the signs: the largest entry is positive
    axis *= 1 if axis[abs(axis).argmax()] > 0 else -1
resid = torch.nn.functional.normalize(residual_stream(ids)[layer], dim=-1).numpy()
here = (resid - pca.mean_) @ axes.T
print(pca.explained_variance_ratio_)
print(here)
result = {"explained": pca.explained_variance_ratio_, "here": here}
