"""What the components in the browser share: how they are declared, their bytes, their colours."""
