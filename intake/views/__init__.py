"""HTTP of the public site: views read requests and make pages; deeds beside this folder write."""
