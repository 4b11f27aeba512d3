"""The golden corpus: quotes that must not change without a word in the CHANGELOG."""
