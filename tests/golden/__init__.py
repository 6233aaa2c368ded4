"""What a learner gets from each page, recorded from the code before the house was rebuilt.

``data/`` holds one file a page: for each state of `states.py` the address, the widgets, the
texts, the boxes' numbers, the exports, the tables, what goes to components, and every figure
in a form that survives a change of dialect (`figures.py`). `test_golden.py` opens each state
again and compares. The data were recorded once; whoever changes what a learner gets on purpose
records that page anew and says why: ``python -m tests.golden.record tokenizer``.
"""
