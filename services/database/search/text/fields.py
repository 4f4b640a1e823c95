"""The names of the fields that a document is indexed in, and the languages whose words are known in all their forms."""

# The longest word, in bytes. Anything longer is nobody's word.
WORD_BYTES_MAX = 64

STEMMED = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}

NUMBERS = ("no", "state")
TIMES = ("occurred", "created", "updated")
COUNTED = ("collection", "kind", "author", "tag", "language")
EXACT = ("thread", "source", "id", "entity", "data")


def stems_field(language: str) -> str:
    return f"stems_{STEMMED[language]}"
