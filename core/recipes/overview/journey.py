"""What the vector of the last token is at the stages of its way."""

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

source = "openai-community/gpt2"
prompt = "Once upon a time"
token_ids = None
layer = 1
head = 3
looks_at = 0  # the token that this head looks at most; None if the text is too short to tell

tokenizer = AutoTokenizer.from_pretrained(source)
model = GPT2LMHeadModel.from_pretrained(
    source, dtype=torch.float32, attn_implementation="eager"
).eval()
if token_ids is None:
    ids = tokenizer(prompt, split_special_tokens=True, return_tensors="pt")["input_ids"]
else:
    ids = torch.tensor([token_ids])

streams = []  # by default the last hidden state is already normalised: catch what enters ln_f
catch = model.transformer.ln_f.register_forward_pre_hook(
    lambda module, inputs: streams.append(inputs[0])
)
with torch.no_grad():
    out = model(ids, output_hidden_states=True, output_attentions=True)
catch.remove()
enter = out.hidden_states[0][0, -1].norm()  # wte + wpe of the last token
leave = streams[0][0, -1].norm()  # after the last block, before ln_f
result = [float(enter), float(leave)]
if looks_at is not None:
    result.append(float(out.attentions[layer][0, head, -1, looks_at]))
print(result)
