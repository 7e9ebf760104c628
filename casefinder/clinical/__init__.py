"""Clinical knowledge: the concept lexicon and what is read out of case text with it."""
