"""For whoever translates: ``python -m core.locale update it``, ``python -m core.locale check it``.

``update`` begins a language, or brings its messages to what the code says now; ``check`` says what
is missing, in a line each, and fails if anything is.
"""

from __future__ import annotations

import sys

from core.locale.work import faults, path_of, update


def main(words: list[str]) -> int:
    """Do what the command line says; what the shell gets."""
    match words:
        case ["update", *codes] if codes:
            for code in codes:
                found = update(code)
                empty = sum(1 for message in found if message.id and not _translated(message))
                print(f"{path_of(code)}: {len(found)} messages, {empty} to translate")
            return 0
        case ["check", code]:
            lines = faults(code)
            print("\n".join(lines) or f"{code}: nothing is missing")
            return 1 if lines else 0
        case _:
            print(__doc__)
            return 2


def _translated(message) -> bool:
    text = message.string
    return bool(text) and not message.fuzzy and (isinstance(text, str) or all(text))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
