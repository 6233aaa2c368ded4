"""The course: lessons in which one predicts, does and finds out, on the live model.

A lesson is a folder of two kinds of file: its structure (``lesson.yaml``, once) and its words
(``en.md``, one for each language). `reading` reads it, `asking` puts its questions to the model
of the moment, `band` draws a step above the real panel.
"""
