"""Text to tokens and back: the way into the model.

In the order of reading: `vocabulary` (what each id stands for), `encoding` (a
text as tokens), `pretokens` (where a text is cut before anything is merged),
`merges` (byte-pair encoding, step by step), `byte_table` and `spelling` (what
is inside a character), `cost` (how many tokens a text takes). `label` says how
a token looks on the screen, `search` finds tokens of the vocabulary,
`merge_picture` lays merges out for a chart, `export` is for taking home.
"""
