"""Ways of trying again to translate what the checks doubt: the rungs of healing's ladder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mtpipe.clauses import parts_of_one, split_clauses
from mtpipe.data import Hypothesis
from mtpipe.languages import ADDRESS
from mtpipe.translator import Decoding, Engine, Job, Translator

_CANDIDATES = 6
_FREE: dict[str, float] = {"repetition_penalty": 1, "no_repeat_ngram_size": 0}
_STRICT: dict[str, float] = {"repetition_penalty": 1.3, "no_repeat_ngram_size": 2}
_MARKS = str.maketrans("،؛؟", ",;?")
_FEWEST_CHARACTERS = 60  # a segment shorter than this has no clauses to be cut at

# Jobs and the best hypothesis so far of each → new hypotheses for each, none where the way is of no use.
Retry = Callable[[Sequence[Job], Sequence[Hypothesis]], list[list[Hypothesis]]]


@dataclass(frozen=True, slots=True)
class Rung:
    """One way of trying again: what it is called, and what gives hypotheses for each job.

    ``cost`` is what it takes, as a share of decoding the same jobs the first time; ``only`` names the checks
    whose findings it may mend, where it is not for all.
    """

    how: str
    retry: Retry
    cost: float
    only: frozenset[str] = frozenset()


def ladder_for(translator: Translator, source: str, *more: Rung, planned: bool = False) -> list[Rung]:
    """Return the ways of trying again that ``translator`` offers, those that mend most first, then ``more``.

    With ``planned`` all that a rung decodes is one batch: the same jobs give the same texts, wherever that is done.
    Any translator can be asked clause by clause. A model in CTranslate2 also decodes without penalties (numbers that
    repeat are lost to them), gives more candidates, and decodes against repetition where that or the length is doubted.
    """
    rungs = [
        Rung(
            "around addresses",
            lambda jobs, _best: _around_addresses(translator, jobs, source, planned),
            1.0,
            frozenset({"links"}),
        ),
        Rung("clause by clause", lambda jobs, _best: _by_clauses(translator, jobs, source, planned), 1.0),
    ]
    if isinstance(translator, Engine):
        usual = max(1, int(translator.model.decoding.get("beam_size", 1)))
        several = max(usual, _CANDIDATES)

        def way(how: str, options: dict[str, float], count: int, beam: int, *only: str) -> Rung:
            decoding = Decoding(options | {"beam_size": beam}, alternatives=count)
            return Rung(
                how,
                lambda jobs, _best: translator.alternatives(jobs, source, decoding, planned=planned),
                beam / usual,
                frozenset(only),
            )

        rungs += [
            way("no penalties", _FREE, 1, usual),
            way(f"{several} candidates", {}, several, several),
            way("against repetition", _STRICT, 1, usual, "repetition", "length"),
        ]
    return [*rungs, *more]


def another_model(find: Callable[[str], Translator | None], source: str, *, planned: bool = False) -> Rung:
    """Return the rung that asks another translator for each target, where ``find`` gives one."""

    def retry(jobs: Sequence[Job], _best: Sequence[Hypothesis]) -> list[list[Hypothesis]]:
        found: dict[Job, list[Hypothesis]] = {}
        for target in dict.fromkeys(target for _, target in jobs):
            mine = [job for job in jobs if job[1] == target]
            other = find(target)
            made = [] if other is None else other.translate(mine, source, planned=planned)
            found |= {job: [hypothesis] for job, hypothesis in zip(mine, made, strict=False)}
        return [found.get(job, []) for job in jobs]

    return Rung("another model", retry, 1.0)


def _by_clauses(
    translator: Translator, jobs: Sequence[Job], source: str, planned: bool
) -> list[list[Hypothesis]]:
    """Translate each job in two or more parts cut at clause marks; a job that has none gives nothing."""
    cut = [_clauses(text) for text, _ in jobs]
    asked = [(part, job[1]) for job, parts in zip(jobs, cut, strict=True) if len(parts) > 1 for part in parts]
    made = iter(translator.translate(asked, source, planned=planned) if asked else [])
    found: list[list[Hypothesis]] = []
    for parts in cut:
        several = [next(made) for _ in parts] if len(parts) > 1 else []
        found.append([_joined(parts, several)] if several else [])
    return found


def _around_addresses(
    translator: Translator, jobs: Sequence[Job], source: str, planned: bool
) -> list[list[Hypothesis]]:
    """Translate what stands before, between and behind the addresses of each job, which stay as they are."""
    cut = [_at_addresses(text) for text, _ in jobs]
    asked = [
        (part, job[1]) for job, parts in zip(jobs, cut, strict=True) for part in parts if _to_translate(part)
    ]
    made = iter(translator.translate(asked, source, planned=planned) if asked else [])
    found: list[list[Hypothesis]] = []
    for parts in cut:
        several = [
            next(made) if _to_translate(part) else Hypothesis(_with_latin_marks(part)) for part in parts
        ]
        found.append([_joined(parts, several)] if len(parts) > 1 else [])
    return found


def _at_addresses(text: str) -> list[str]:
    """Cut a text into addresses, with the marks that touch them, and what stands between."""
    parts, end = [], 0
    for match in ADDRESS.finditer(text):
        start, stop = match.span()
        while start > end and not (text[start - 1].isspace() or text[start - 1].isalnum()):
            start -= 1
        while stop < len(text) and not (text[stop].isspace() or text[stop].isalnum()):
            stop += 1
        parts += [text[end:start].strip(), text[start:stop]]
        end = stop
    return [part for part in (*parts, text[end:].strip()) if part]


def _to_translate(part: str) -> bool:
    return not ADDRESS.search(part) and any(char.isalpha() for char in part)


def _with_latin_marks(part: str) -> str:
    """Return an address with the marks that touch it as English and French write them."""
    return part.translate(_MARKS)


def _clauses(text: str) -> list[str]:
    if len(text) < _FEWEST_CHARACTERS:
        return [text]
    return split_clauses(text, len, max(_FEWEST_CHARACTERS, (len(text) + 1) // 2 + len(text) // 8))


def _joined(parts: Sequence[str], several: Sequence[Hypothesis]) -> Hypothesis:
    """Put the translations of a segment's parts together: a sentence begins once and ends once."""
    texts = parts_of_one(parts, [made.text for made in several])
    links, here, there = [], 0, 0
    for part, text, made in zip(parts, texts, several, strict=True):
        words = len(text.split())
        links += [(source + here, target + there) for source, target in made.links if target < words]
        here, there = here + len(part.split()), there + words
    scores = [made.score for made in several if made.score is not None]
    flags = tuple(dict.fromkeys(flag for made in several for flag in made.flags))
    score = round(sum(scores) / len(scores), 4) if scores else None
    between = " ".join(made.pivot for made in several if made.pivot is not None) or None
    return Hypothesis(" ".join(texts), score, flags, links=tuple(links), pivot=between)
