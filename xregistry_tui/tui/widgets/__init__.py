"""One widget a file: plain values in, nested past-tense messages out, no workspace."""
