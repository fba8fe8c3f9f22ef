"""Turns the options of ``translate`` into what is written where, before any work is done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mtpipe.errors import UsageError

SUFFIXES = {"html": ".html", "md": ".md", "tsv": ".tsv", "jsonl": ".jsonl"}


@dataclass(frozen=True, slots=True)
class OutputPlan:
    """For each article the file of each format; where the score report goes; what must not be overwritten."""

    files: dict[str, dict[str, Path]]
    to_stdout: bool
    report: Path | None
    inputs: tuple[str, ...]

    def check(self, *, force: bool) -> None:
        """Raise UsageError if a file cannot or must not be written."""
        from mtpipe.files import refuse_overwriting

        paths = [] if self.to_stdout else [path for files in self.files.values() for path in files.values()]
        refuse_overwriting([*paths, *([self.report] if self.report else [])], force=force, inputs=self.inputs)


def formats(form: list[str] | None, output: str | None) -> list[str]:
    """Return the formats asked for, else the one that the output file's name says, else html."""
    for name in form or []:
        if name not in SUFFIXES:
            raise UsageError(f"unknown format {name!r} (known: {', '.join(SUFFIXES)})")
    suffix = ""
    if output not in (None, "-") and not _is_folder(output):
        suffix = Path(str(output)).suffix.lower()
    by_suffix = {suffix: name for name, suffix in SUFFIXES.items()}
    if suffix and suffix not in by_suffix:
        raise UsageError(
            f"--output {output}: no format has the suffix {suffix!r} (known: {', '.join(by_suffix)})"
        )
    if not form:
        return [by_suffix.get(suffix, "html")]
    if suffix and [by_suffix[suffix]] != list(dict.fromkeys(form)):
        raise UsageError(f"--output {output}: the name says {by_suffix[suffix]}, --format {', '.join(form)}")
    return list(dict.fromkeys(form))


def plan_output(
    articles: list[str], forms: list[str], output: str | None, *, reference: list[str] | None, score: bool
) -> OutputPlan:
    """Say where each format of each article goes; UsageError where names clash or options contradict."""
    if len(set(articles)) != len(articles):
        raise UsageError("an article is named twice")
    if reference and len(articles) > 1:
        raise UsageError("--reference: a reference belongs to one article")
    if score and not reference:
        raise UsageError("--score: nothing to score against; give --reference [LANG=]FILE")
    inputs = (*articles, *(part for option in reference or [] for part in (option, option.partition("=")[2])))
    report = _folder(output) / f"{_stem(articles[0])}.report.html" if score else None
    return OutputPlan(_files(articles, forms, output), output == "-", report, inputs)


def _is_folder(path: str | None) -> bool:
    """Tell a folder; a name that no file system takes is none."""
    try:
        return path is not None and Path(path).is_dir()
    except OSError:
        return False


def _stem(article: str) -> str:
    return "stdin" if article == "-" else Path(article).stem


def _folder(output: str | None) -> Path:
    path = Path() if output in (None, "-") else Path(str(output))
    return path if _is_folder(str(path)) else path.parent


def _files(articles: list[str], forms: list[str], output: str | None) -> dict[str, dict[str, Path]]:
    single = len(articles) == 1 and len(forms) == 1
    if output == "-":
        if not single:
            raise UsageError("--output -: standard output takes one article in one format")
        return {articles[0]: {forms[0]: Path("-")}}
    if output is not None and not _is_folder(output):
        if output.endswith(("/", "\\")):
            raise UsageError(f"{output}: no such directory to write to")
        if not single:
            raise UsageError(f"{output}: not a directory, and there is more than one file to write")
        return {articles[0]: {forms[0]: Path(output)}}
    files: dict[str, dict[str, Path]] = {}
    taken: dict[Path, str] = {}
    for article in articles:
        files[article] = {name: _folder(output) / f"{_stem(article)}{SUFFIXES[name]}" for name in forms}
        for path in files[article].values():
            if path in taken:
                raise UsageError(f"{article} and {taken[path]} would both be written to {path}")
            taken[path] = article
    return files


def models_by_target(options: list[str] | None, targets: list[str]) -> dict[str, list[str]]:
    """Read ``--model NAME`` (all targets) and ``--model fr=NAME`` (one): the models for each target, in order.

    A target with models of its own has none of those for all.
    """
    general: list[str] = []
    special: dict[str, list[str]] = {}
    for option in options or []:
        target, equals, name = option.partition("=")
        if equals and target in targets:
            special.setdefault(target, []).append(name)
        elif equals and "/" not in target:
            raise UsageError(f"--model {option}: {target!r} is not among the targets ({', '.join(targets)})")
        else:
            general.append(option)
    return {target: special.get(target, general) for target in targets}
