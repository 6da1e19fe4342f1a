"""The one kind of key pair there is: X-Wing (ML-KEM-768 with X25519) in HPKE, as age's ``mlkem768x25519``.

Both halves must fall before a file does. This module holds what recipients and identities share, and no key.
"""

from typing import Final

from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

#: The type of the stanza, in age's registry.
STANZA_KIND: Final = "mlkem768x25519"
#: HPKE's ``info``, from age's specification.
INFO: Final = b"age-encryption.org/mlkem768x25519"
SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)

MLKEM_PUBLIC_BYTES: Final = 1184
MLKEM_SEED_BYTES: Final = 64
PUBLIC_BYTES: Final = 1216
SEED_BYTES: Final = 32
ENCAPSULATED_BYTES: Final = 1120
FILE_KEY_BYTES: Final = 16
WRAPPED_BYTES: Final = 32

RECIPIENT_PREFIX: Final = "age1pq"
IDENTITY_PREFIX: Final = "age-secret-key-pq-"
