"""The staff site's pages: they speak HTTP, ask deeds to do things, and never commit."""
