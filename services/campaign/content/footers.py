"""The words below a mail that show the way out."""

from typing import NamedTuple


class Footer(NamedTuple):
    unsubscribe: str


# By language; English where there is none.
FOOTERS = {
    "en": Footer("Unsubscribe"),
    "de": Footer("Abmelden"),
    "es": Footer("Darse de baja"),
    "fr": Footer("Se désinscrire"),
    "it": Footer("Disiscriviti"),
    "nl": Footer("Afmelden"),
    "pl": Footer("Wypisz się"),
    "pt": Footer("Cancelar subscrição"),
    "sv": Footer("Avsluta prenumerationen"),
}
