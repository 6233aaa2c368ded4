"""Charts as plain functions: arrays in, unconfigured alt.Chart out. No torch, no streamlit."""
