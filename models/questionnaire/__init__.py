"""What the form asks: questions, pages, vocabularies, and what an answer may be."""
