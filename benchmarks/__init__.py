"""What we claim about speed, as programs: each prints ratios measured in one run."""
