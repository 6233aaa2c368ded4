"""How one head uses the first token."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "red seven lamp red seven lamp"
token_ids = None
layer = 1
head = 3

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(
    source, dtype=torch.float32, attn_implementation="eager"
).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

block = model.transformer.h[layer]
kept = []  # catch what comes out of c_attn
catch = block.attn.c_attn.register_forward_hook(lambda module, inputs, out: kept.append(out[0]))
with torch.no_grad():
    pattern = model(ids, output_attentions=True).attentions[layer][0, head]
catch.remove()
d = model.config.n_embd // model.config.n_head
mine = slice(head * d, (head + 1) * d)  # this head's part
v = kept[0].split(model.config.n_embd, dim=-1)[2][:, mine]
length = v.norm(dim=-1)  # of each token's value vector
written = pattern * (v @ block.attn.c_proj.weight[mine]).norm(dim=-1)
result = [
    pattern[1:, 0].mean(),  # weight on the first token
    length[0],
    length[1:].median(),
    (written[1:, 0] / written[1:].sum(-1)).mean(),
]
result = [float(x) for x in result]
print(result)
