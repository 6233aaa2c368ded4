"""The catalogues of other languages, and the work on them: ``python -m core.locale``."""
