"""`build/python tests/live`: see README.md beside this file."""

import sys

from command import main

sys.exit(main(sys.argv[1:]))
