"""Streamlit's fonts with what the pages use of them: a tenth of their size."""
