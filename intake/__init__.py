"""The public site: a reporter tells what happened. It seals, and holds no private key of the office, ever."""
