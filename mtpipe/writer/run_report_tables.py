"""Turns a run's report into titled tables, which every reader-facing format lays out in its own way."""

from __future__ import annotations

from dataclasses import dataclass

from mtpipe.run_report import RunReport


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A title, a sentence about it, column heads and rows; ``texts`` are the columns that hold running text."""

    title: str
    hint: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: tuple[int, ...] = ()


def tables(report: RunReport) -> list[ReportTable]:
    """Return the tables that have something in them."""
    made = [
        _work(report),
        _models(report),
        _scores(report),
        _failures(report),
        _healing(report),
        _checks(report),
        _flags(report),
        _doubts(report),
    ]
    return [table for table in made if table.rows]


def headline(report: RunReport) -> str:
    """Return what matters most in one sentence."""
    parts = [f"{report.done} of {report.documents} documents done", f"{report.segments:,} segments"]
    if report.failed:
        parts.append(f"{report.failed} failed")
    if report.flagged:
        parts.append(f"{report.flagged} translations to look at")
    if report.healing.healed:
        parts.append(f"{report.healing.healed} healed")
    return ", ".join(parts)


def _work(report: RunReport) -> ReportTable:
    rows = tuple(
        (
            session.started,
            f"{session.seconds:.1f}",
            f"{session.documents:,}",
            f"{session.translated:,}",
            f"{session.remembered:,}",
            f"{session.pieces:,}",
            f"{session.pieces / session.seconds:,.0f}" if session.seconds else "",
        )
        for session in report.sessions
    )
    head = ("started", "seconds", "documents", "translated", "from memory", "tokens", "tokens/s")
    hint = "A session is a process that worked on the run. Segments count once a target; tokens are source pieces."
    return ReportTable("Sessions", hint, head, rows)


def _models(report: RunReport) -> ReportTable:
    rows = tuple(
        (
            model.target,
            model.id,
            model.licence,
            model.sha256[:12],
            f"{model.segments:,}",
            "" if model.mean_score is None else f"{model.mean_score:.3f}",
            f"{model.high:,} / {model.medium:,} / {model.low:,}",
            f"{model.terms_kept:,} of {model.terms:,}" if model.terms else "",
        )
        for model in report.models
    )
    hint = (
        "The mean score is the models' own: log-probability a piece, 0 is certain, −1 is poor. Confidence counts rows;"
        " terms are the glossary's that were kept to."
    )
    head = (
        "target", "model", "licence", "sha256", "segments", "mean score", "confidence: high / medium / low", "terms",
    )  # fmt: skip
    return ReportTable("Models", hint, head, rows)


def _scores(report: RunReport) -> ReportTable:
    rows = tuple(
        (
            part.target,
            score.metric,
            f"{score.value:.1f}",
            "" if score.low is None or score.high is None else f"{score.low:.1f} – {score.high:.1f}",
            part.pairing,
            f"{part.documents:,}",
            f"{part.segments:,}",
            score.signature,
        )
        for part in report.scores
        for score in part.scores
    )
    head = ("target", "metric", "score", "95 % interval", "pairing", "documents", "segments", "signature")
    return ReportTable("Scores", "Against the references that the configuration names.", head, rows)


def _failures(report: RunReport) -> ReportTable:
    rows = tuple((failure.path, failure.reason) for failure in report.failures)
    more = report.failed - len(rows)
    hint = f"And {more} more: see manifest.jsonl." if more > 0 else "These documents have no outputs."
    return ReportTable("Failures", hint, ("document", "reason"), rows)


def _healing(report: RunReport) -> ReportTable:
    told = report.healing
    rows = ((f"{told.doubted:,}", f"{told.replaced:,}", f"{told.healed:,}"),) if told.doubted else ()
    hint = "Translations that a check doubted at first; replaced by a better attempt; of these without a doubt now."
    return ReportTable("Healing", hint, ("doubted", "replaced", "healed"), rows)


def _checks(report: RunReport) -> ReportTable:
    rows = tuple((found.check, f"{found.segments:,}") for found in report.checks)
    hint = "What the checks still doubt; each target counts by itself."
    return ReportTable("Checks", hint, ("check", "translations"), rows)


def _flags(report: RunReport) -> ReportTable:
    rows = tuple(
        (flag.flag, f"{flag.segments:,}", "for information" if flag.note else "to look at")
        for flag in report.flags
    )
    return ReportTable("Flags", "Each target counts by itself.", ("flag", "translations", "kind"), rows)


def _doubts(report: RunReport) -> ReportTable:
    rows = tuple(
        (
            doubt.document,
            str(doubt.row),
            doubt.target,
            "; ".join((*doubt.findings, *doubt.flags)),
            doubt.source,
            doubt.text,
        )
        for doubt in report.doubts
    )
    hint = f"The first {len(rows)} of {report.flagged}." if report.flagged > len(rows) else ""
    head = ("document", "row", "target", "why", "source", "translation")
    return ReportTable("Translations to look at", hint, head, rows, texts=(4, 5))
