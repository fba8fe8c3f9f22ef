"""Turns a run's report into JSON with a versioned schema."""

from __future__ import annotations

import json

from mtpipe.run_report import SCHEMA, RunReport
from mtpipe.writer.report_json import plain


def render_json(report: RunReport) -> str:
    """Return everything the report holds as one JSON object; its ``schema`` names the version."""
    return json.dumps({"schema": SCHEMA, **plain(report)}, ensure_ascii=False, indent=1) + "\n"
