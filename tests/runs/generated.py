"""Makes articles for runs: real Arabic words, sentences that come back in other articles, any number of them."""

from __future__ import annotations

import random
from pathlib import Path

import yaml

_TEXT = """
    ذهب الولد إلى المدرسة في الصباح الباكر وعاد أهل القرية من الحقول قبل غروب الشمس ثم جلسوا يتحدثون عن الحرب والسلام
    وقال رئيس البلدية إن المياه ستعود مساء اليوم بعد إصلاح الأنابيب القديمة
"""
_WORDS = _TEXT.split()


def article(number: int, sentences: int = 8) -> str:
    """Return an article of so many sentences after its title; about a fifth of them stand in others too."""
    chance = random.Random(number)
    lines = [f"عنوان المقال {number}", ""]
    for line in range(sentences):
        own = chance.random() > 0.2
        words = random.Random(f"{number}-{line}" if own else chance.randrange(20))
        lines.append(" ".join(words.choice(_WORDS) for _ in range(words.randint(3, 14))) + ".")
    return "\n".join(lines) + "\n"


def write_articles(folder: Path, count: int, sentences: int = 8) -> None:
    """Write ``count`` articles into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"{number:05d}.txt").write_text(article(number, sentences), encoding="utf-8")


def write_config(path: Path, **keys: object) -> Path:
    """Write a configuration of a run over ``in``, in batches so small that there are many."""
    config = {
        "name": "generated",
        "inputs": ["in"],
        "decoding": {"batch_pieces": 256, "beam_size": 1},
        "output": {"directory": "run", "formats": ["jsonl"]},
    } | keys
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path


def outputs(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every document's outputs, by their path below ``documents/``."""
    documents = folder / "documents"
    return {
        str(path.relative_to(documents)): path.read_bytes()
        for path in sorted(documents.rglob("*"))
        if path.is_file()
    }
