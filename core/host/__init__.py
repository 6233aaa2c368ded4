"""What a server needs that strangers use: headers, limits, what is open, what is measured."""
