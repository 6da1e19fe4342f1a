"""What all tables hang on: both metadatas, how keys are named, and the shape of an id. Holds no table itself."""

from sqlalchemy import MetaData, String

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=_NAMES)
# What passes, in a store that no backup takes: see models/passing.py. Nothing in one store refers to the other.
passing = MetaData(naming_convention=_NAMES)

ID = String(36)
