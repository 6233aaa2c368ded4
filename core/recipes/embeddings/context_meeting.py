"""The same word in two sentences: how alike its vectors are, layer by layer."""

import torch
from transformers import GPT2LMHeadModel

source = "openai-community/gpt2"
one = [464, 3331, 286, 262, 7850]  # "The bank of the river"
other = [464, 1637, 287, 262, 3331]  # "The money in the bank"
at_one = 1  # where the word stands
at_other = 4

model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()


def residual_stream(ids):
    kept = []  # the last one: caught as it enters ln_f
    hook = model.transformer.ln_f.register_forward_pre_hook(lambda module, x: kept.append(x[0]))
    with torch.no_grad():
        out = model(ids, output_hidden_states=True)
    hook.remove()
    return torch.cat([*out.hidden_states[:-1], *kept])  # (n_layer + 1, n_ctx, n_embd)


unit = torch.nn.functional.normalize
one, other = torch.tensor([one]), torch.tensor([other])
here, there = unit(residual_stream(one), dim=-1), unit(residual_stream(other), dim=-1)
cosine = here @ there.transpose(1, 2)  # (n_layer + 1, tokens here, tokens there)
same = cosine[:, at_one, at_other]
different = one[0][:, None] != other[0][None, :]
others = cosine[:, different].mean(dim=-1)  # any two different tokens: the yardstick
print(same)
print(others)
result = {"same": same, "others": others}
