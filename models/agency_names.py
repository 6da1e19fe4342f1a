"""How names of agencies are compared. Only ever decides that two names look alike, never that two agencies are one."""

import re
import unicodedata

# What people and lists write for the same thing; after it, words that tell nothing are left out.
_SAME = {
    "so": "sheriff",
    "sheriffs": "sheriff",
    "alguacil": "sheriff",
    "pd": "police",
    "policia": "police",
    "dept": "department",
    "saint": "st",
    "co": "county",
    "condado": "county",
    "parish": "county",
    "borough": "county",
}
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_EMPTY = frozenset({"office", "offic", "department", "the", "of", "de", "del", "la", "el", "oficina", "county"})


def clean_name(text: str) -> str:
    """Return a name as it should be shown: one space between words, straight apostrophes, nothing around it."""
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"[\u2018\u2019\u02bc\u00b4`]", "'", plain)
    plain = drop_invisible(plain)
    return re.sub(r"\s+", " ", plain).strip()


def drop_invisible(text: str) -> str:
    """Return a text without signs that nobody sees and that turn the direction of others around, or hide between them.

    All of the directory is shown to the public: nobody must be able to make a source read as another one.
    """
    return _INVISIBLE.sub("", text)


def make_name_key(text: str) -> str:
    """Make what two spellings of one name share: no case, accents, punctuation or spaces, short words written out.

    Every word stays, so that a sheriff and a jail of one county are two.
    """
    return " ".join(_list_words(text))


def make_loose_key(text: str) -> str:
    """Make what a name as people say it shares with the name on a list.

    "Dakota County Sheriff's Office" and "dakota sheriff" are alike, "Platte Fork PD" and "Platte Fork Police" too.
    """
    words = [_SAME.get(word, word) for word in _list_words(text)]
    return " ".join(sorted({word for word in words if word not in _EMPTY}))


def _list_words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", clean_name(text).casefold())
    plain = (
        "".join(letter for letter in plain if not unicodedata.combining(letter)).replace("'", "").replace("&", " and ")
    )
    words = re.findall(r"\w+", plain)
    return ["st" if word == "saint" else "department" if word == "dept" else word for word in words]
