"""The programs that made the embedded checkpoint. Not needed to run the app."""
