"""Paper: a plain, already opened case becomes a document. It must never know Flask, a database, keys or the network."""
