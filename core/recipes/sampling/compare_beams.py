"""transformers' beam search: its texts and their scores."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
repetition_penalty = 1.0
n_beams = 4
n_texts = 4
n_tokens = 12

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
    num_beams=n_beams,
    num_return_sequences=n_texts,
    max_new_tokens=n_tokens,
    repetition_penalty=repetition_penalty,
    return_dict_in_generate=True,
    output_scores=True,
    pad_token_id=tokenizer.eos_token_id,
)
result = []
for sequence, score in zip(out.sequences, out.sequences_scores.tolist(), strict=True):
    text = tokenizer.decode(sequence[ids.shape[1] :], skip_special_tokens=True)
    result.append([text, [score]])
    print(f"{score:8.4f} nats per token  {text!r}")
