"""The continuation whose every token is the most likely one."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
repetition_penalty = 1.0
n_tokens = 20

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(source, dtype=torch.float32).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])
out = model.generate(
    ids,
    attention_mask=torch.ones_like(ids),
    do_sample=False,
    repetition_penalty=repetition_penalty,
    max_new_tokens=n_tokens,
    pad_token_id=tokenizer.eos_token_id,
)
result = out[0, ids.shape[1] :].tolist()
print(repr(tokenizer.decode(result)))
