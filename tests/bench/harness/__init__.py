"""What the benchmarks share: a daemon of their own, model folders, and how figures are told."""
