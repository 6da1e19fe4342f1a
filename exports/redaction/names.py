"""The names in an answer that holds names: the whole of it, each name, and each part of a name.

It must never decide that a word is no name because it is rare; only words that everybody uses are left alone, since a
story without them could not be read. What this cannot tell, staff mark by hand.
"""

import itertools
import re
import unicodedata

SHORTEST_PART = 3

# What joins names in the languages of the form, and what people say somebody is.
_JOINERS = re.compile(r"[,;\n()/&·،؛•|]|\s(?:and|y|e|with|con|iyo|thiab|và|nrog|et|or|o)\s", re.IGNORECASE)
_LONGEST_PAIR = 2
_LONGEST_WITH_KIN = 5  # words of "mi primo hermano juan pérez"
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
in on at by of to into near next behind a an is it be as or if do so only both several many most someone somebody
everyone everybody another other others again ask front desk member group church shop clerk manager owner
una once doce dos todo toda todos todas otro otra varios varias algunos algunas mucha mucho muchos ningun ninguno solo
se lo le les te es fue iba iban era eran esta estaba son ser como muy mas pero sin para ya ahi alli y o
trabajador trabajadora companero companera companeros companeras trabajo grupo iglesia cunado cunada suegro suegra
monday tuesday wednesday thursday friday saturday sunday
"""
_NOBODY = frozenset({"no", "none", "nobody", "nadie", "unknown", "ninguno", "ninguna"})
_COMMON = frozenset(_COMMON_WORDS.split())


def list_names(answer: str) -> list[str]:
    """The names that an answer to "who" holds, longest first: whole pieces, and their parts of three letters and more.

    Where any name has a capital, words without one are names only when they stand alone between commas; where the first
    word of the answer alone has one, as a telephone puts it there, when they are two at most. A piece of more than four
    words reads as a sentence: of it, words with a capital are taken, and nothing where the script has none.
    """
    names: dict[str, None] = {}
    whole = [_split_words(piece) for piece in _JOINERS.split(answer)]
    pieces = [_trim(words) for words in whole]
    longest = _find_longest_lower(answer, pieces)
    if len(_split_words(answer)) == 1 and _is_named(answer):
        names[answer.strip()] = None
    for every_word, words in zip(whole, pieces, strict=True):
        if not words:
            continue
        telling = [word for word in words if not is_common(word)]
        is_sentence = len(words) > _LONGEST_NAME
        if not is_sentence:
            # With what stands around it: in "Lê Văn Tám" two words are also words that everybody uses.
            names[" ".join(every_word)] = None
        if is_sentence:
            telling = [word for word in telling if _is_capitalised(word)]
        elif len(words) > longest or len(every_word) > _LONGEST_WITH_KIN:
            # Letters of scripts without capitals are no small letters either.
            telling = [word for word in telling if not word[0].islower()]
        if not is_sentence and (telling or len(words) > 1):
            names[" ".join(words)] = None
        names |= dict.fromkeys(word for word in telling if len(word) >= SHORTEST_PART)
    return sorted(names, key=len, reverse=True)


def _find_longest_lower(answer: str, pieces: list[list[str]]) -> int:
    """Of how many words a piece may be whose words without a capital count as names."""
    if any(map(_is_capitalised, itertools.chain.from_iterable(pieces))):
        return 1
    return _LONGEST_PAIR if answer.strip()[:1].isupper() else _LONGEST_NAME


def reads_as_sentence(answer: str) -> bool:
    """Whether an answer has words that are neither certainly names nor certainly none, so that somebody should look."""
    pieces = [_trim(_split_words(piece)) for piece in _JOINERS.split(answer)]
    return any(
        len(words) > _LONGEST_NAME or (len(words) > 1 and any(word[0].islower() for word in words)) for words in pieces
    )


def _is_capitalised(word: str) -> bool:
    """Whether a word begins with a capital that is not there because everybody uses that word first."""
    return word[0].isupper() and not is_common(word)


def _is_named(answer: str) -> bool:
    """Whether an answer of one word names somebody: with a capital, any word may be a name but those for nobody."""
    (word,) = _split_words(answer)
    return word[0].isupper() and word.casefold() not in _NOBODY


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
    """The initials of a name, without words that everybody uses around it: "J. P." of "my cousin Juan Pérez"."""
    words = _split_words(name)
    return " ".join(f"{word[0].upper()}." for word in _trim(words) or words)
