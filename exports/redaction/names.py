"""The names in an answer that holds names: the whole of it, each name, and each part of a name.

It must never decide that a word is no name because it is rare; only words that everybody uses are left alone, since a
story without them could not be read. What this cannot tell, staff mark by hand.
"""

import re
import unicodedata

SHORTEST_PART = 3

# What joins names in the languages of the form, and what people say somebody is.
_JOINERS = re.compile(r"[,;\n()/&·،؛•|]|\s(?:and|y|e|with|con|iyo|thiab|và|nrog|et|or|o)\s", re.IGNORECASE)
_LONGEST_NAME = 4  # words; a longer piece reads as a sentence
_COMMON_WORDS = """
the and with his her hers him she they them their ours our you your who was were are not from for that this there
one two three four five six more some any all none nobody names name known unknown don know did no yes he we us me
my mine mom mum mother father dad son daughter bebe child children kid kids baby brother sister cousin uncle aunt
nephew niece grandmother grandfather grandma grandpa husband wife partner friend friends neighbor neighbour
girlfriend boyfriend boss coworker coworkers worker workers driver passenger passengers officer officers deputy
police sheriff man men woman women boy girl people person family parents roommate teacher lawyer witness
witnesses bystander bystanders student old years year aged age mister mrs miss mr ms dr
los las del con por que uno unos unas sus mis tres cuatro cinco nadie nombre nombres mama papa madre padre hijo
hija hijos hijas hermano hermana hermanos primo primos tio tios sobrino sobrina abuelo abuela esposo si
esposa marido mujer hombre novio novia amigo amiga amigos vecino vecina vecinos jefe persona personas gente familia
padres ninos chofer conductor pasajero oficial policia testigo testigos anos senor senora otros otras
mi tu su el la un de en al van von der den ibn bint abu street road avenue house car phone call text
monday tuesday wednesday thursday friday saturday sunday
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def list_names(answer: str) -> list[str]:
    """The names that an answer to "who" holds, longest first: whole pieces, and their parts of three letters and more.

    A piece of more than four words reads as a sentence: of it, words with a capital are taken, and nothing where the
    script has none.
    """
    names: dict[str, None] = {}
    for piece in (piece.strip(" .:\t\"'“”«»") for piece in _JOINERS.split(answer)):
        words = _trim(_split_words(piece))
        telling = [word for word in words if not is_common(word)]
        if not telling:
            continue
        if len(words) > _LONGEST_NAME:
            telling = [word for word in telling if word[0].isupper()]
        else:
            names[piece[piece.index(words[0]) : piece.rindex(words[-1]) + len(words[-1])]] = None
        names |= dict.fromkeys(word for word in telling if len(word) >= SHORTEST_PART)
    return sorted(names, key=len, reverse=True)


def reads_as_sentence(answer: str) -> bool:
    """Whether an answer has a piece too long for a name, so that somebody should look at it."""
    return any(len(_trim(_split_words(piece))) > _LONGEST_NAME for piece in _JOINERS.split(answer))


def is_common(word: str) -> bool:
    """Whether a word is one that everybody uses."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(sign))
    return plain in _COMMON or plain.removesuffix("s") in _COMMON


def _split_words(piece: str) -> list[str]:
    return [
        word
        for word in re.split(r"[\s\-.,:;!?\"“”«»_]+", piece)
        if any(unicodedata.category(sign)[0] == "L" for sign in word)
    ]


def _trim(words: list[str]) -> list[str]:
    """The words without those that everybody uses at either end: "my cousin Juan Pérez" is a name of two."""
    while words and is_common(words[0]):
        words = words[1:]
    while words and is_common(words[-1]):
        words = words[:-1]
    return words


def make_initials(name: str) -> str:
    """The initials of a name: "J. P."."""
    return " ".join(f"{word[0].upper()}." for word in _split_words(name))
