"""What a notebook user would import: a real GPT-2, opened up. Knows nothing of pages/."""
