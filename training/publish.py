"""Make a finished run the embedded model: ``python -m training.publish RUN_OUT``.

All that depends on the checkpoint is made here, in one go: the weights' file with
configuration and vocabulary, the history and its picture, the card with every figure
and with the text's counts beside the edition that it replaces, the stored answers of
the examples, the texts at which it shines. Tests hold bounds and the card's own
figures; what else changes with the weights (golden pages, worked numbers, the READMEs'
table, pictures) is made anew by one more command, which the last line names.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from core.model.catalogue import STORYTELLER
from training.card import write_card
from training.data import CorpusError, Source, load_corpus
from training.goals import FIRST_EDITION, goals, table
from training.history import write_history
from training.picture import NAME as PICTURE
from training.picture import write_picture
from training.shining import write_shining
from training.stored import store
from training.text_quality import of_checkpoint, quality, read
from training.text_quality import table as counts_table
from training.vocabulary import gpt2_tokenizer

FILES = (
    *("config.json", "generation_config.json", "model.safetensors"),
    *("tokenizer.json", "tokenizer_config.json"),
)
MOST_BYTES = 45_000_000
SEEDS = range(1, 17)

QUALITY = """### Text

Fifty openings, continued by sixty tokens each (temperature 0.8, top-p 0.9, the n-th
with seed n), counted by `python -m training.text_quality`: different pairs of tokens
per pair; longer words that stand among the sixteen tokens before; runs of four
tokens that the same text had before. Real text shows what is usual.

{table}

### Along the way

Losses on the first 16,384 tokens of each source in short rows, and the scores of the
clearest copying heads, from the first step of the first run on (`history.json`).

![Losses and heads against the tokens read]({picture})"""


def check(out: Path) -> None:
    """Refuse a folder that is no checkpoint, or too large to be embedded."""
    missing = [name for name in (*FILES, "training.json") if not (out / name).is_file()]
    if missing:
        sys.exit(f"{out} is no finished checkpoint: {', '.join(missing)} is not there.")
    size = sum((out / name).stat().st_size for name in FILES)
    if size > MOST_BYTES:
        sys.exit(f"{out} has {size / 1e6:.0f} MB; {MOST_BYTES / 1e6:.0f} MB is the most.")


def noted(record: dict, notes: list[Path]) -> dict:
    """The record with a note for each run, first run first; what notes say stands in the card."""
    if not notes:
        return record
    text = " ".join(notes[-1].read_text(encoding="utf-8").split())
    made = {**record, "notes": text}
    if "before" in record:
        made["before"] = noted(record["before"], notes[:-1])
    return made


def copy(out: Path, folder: Path, notes: list[Path]) -> None:
    """The checkpoint's files, and its record with the notes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(out / name, folder / name)
    record = noted(json.loads((out / "training.json").read_text(encoding="utf-8")), notes)
    (folder / "training.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def publish(out: Path, folder: Path, sources: list[Source], notes: list[Path]) -> str:
    """Fill `folder` from the run's `out`; what was reached, as Markdown."""
    check(out)
    tokenizer = gpt2_tokenizer()
    before = of_checkpoint(str(folder)) if (folder / "model.safetensors").is_file() else None
    now = of_checkpoint(str(out))
    rows = {"this model": now} | ({"the edition before": before} if before else {})
    rows |= {"the first edition": FIRST_EDITION}
    rows |= {f"real text, {s.name}": quality(read(s, tokenizer)) for s in sources}
    copy(out, folder, notes)
    write_picture(folder, write_history(folder))
    write_card(folder, sources, 80_000, QUALITY.format(table=counts_table(rows), picture=PICTURE))
    store(str(folder), folder)
    write_shining(folder, SEEDS)
    figures = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    return table(goals(figures, now))


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(prog="python -m training.publish", description=__doc__)
    p.add_argument("out", type=Path, help="what --out of the training was")
    p.add_argument("--to", type=Path, default=STORYTELLER)
    p.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    p.add_argument("--cache", type=Path, help="folder for token ids")
    p.add_argument(
        "--notes", type=Path, nargs="*", default=[], help="a text for each run, the last one last"
    )
    args = p.parse_args(argv)
    try:
        sources = load_corpus(args.corpus, gpt2_tokenizer(), args.cache)
    except CorpusError as error:
        sys.exit(str(error))
    print(publish(args.out, args.to, sources, args.notes))
    print("Now the records of the tests and the pictures: python -m tests.edition")


if __name__ == "__main__":
    main()
