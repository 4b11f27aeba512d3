"""A second implementation of pricing: naive, exhaustive, and sharing no line with the engine."""
