"""The cryptography of Testimonio: import the module you need (``vault.sealing``, ``vault.opening``, ...), never this.

What it is: age files bound to a place, receipt codes, boxes, keyslots and signed keys, as docs/envelope-format.md says.
It must never know Flask, SQLAlchemy, models or the network, and it never logs.
"""
