"""How long each position's vector is."""

import torch
from transformers import GPT2LMHeadModel

source = "openai-community/gpt2"

model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()

result = model.transformer.wpe.weight.detach().norm(dim=1)
print(result)
