"""``python -m training``: see recipe."""

import sys

from training.recipe import main

sys.exit(main())
