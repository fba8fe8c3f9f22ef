"""Prints the JSON Schema of a configuration: ``python -m mtpipe.config > configs/run.schema.json``."""

import json
import sys

from mtpipe.config import json_schema

sys.stdout.write(json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n")
