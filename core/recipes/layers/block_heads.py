"""What each head of a layer adds to a token."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
layer = 1
position = 3

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(
    source, dtype=torch.float32, attn_implementation="eager"
).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

caught = []  # what all heads mixed together, side by side
c_proj = model.transformer.h[layer].attn.c_proj
catch = c_proj.register_forward_pre_hook(lambda module, inputs: caught.append(inputs[0]))
with torch.no_grad():
    out = model(ids, output_attentions=True)
catch.remove()

pattern = out.attentions[layer][0, :, position]
n_head = model.config.n_head
z = caught[0][0, position].view(n_head, 1, -1)
rows = c_proj.weight.detach().view(n_head, z.shape[-1], -1)  # each head has rows of its own
lengths = (z @ rows)[:, 0].norm(dim=-1)
weights = pattern.max(-1).values
print(lengths, pattern.argmax(-1))
result = {"lengths": lengths, "weights": weights}
