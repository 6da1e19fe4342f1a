"""The demo office's fictional reports, a module per group of languages. Nobody in them exists."""
