"""Steps that misbehave on documents whose text has a certain word, and are harmless otherwise."""
