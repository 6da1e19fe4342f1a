"""The staff site: legal staff sign in, unlock, triage and work cases. The only place that opens reports."""
