"""How alike every two positions are: the cosines of the rows of wpe."""

import torch
from transformers import GPT2LMHeadModel

source = "openai-community/gpt2"

model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()

wpe = torch.nn.functional.normalize(model.transformer.wpe.weight.detach(), dim=1)
cosine = wpe @ wpe.T  # (n_ctx, n_ctx)
print(cosine)
result = cosine
