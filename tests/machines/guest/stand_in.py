"""What every stand-in does first: it writes down how it was called, and obeys the test's orders.

/var/lib/stand-ins/orders.json: {"fail": {CALL: MESSAGE}, "hang": CALL}, where CALL is how a command line begins.
"""

import json
import os
import pathlib
import sys
import time

HOME = pathlib.Path("/var/lib/stand-ins")


def called():
    """The program's name and its arguments."""
    program, arguments = os.path.basename(sys.argv[0]), sys.argv[1:]
    HOME.mkdir(exist_ok=True)
    line = " ".join([program, *arguments])
    with (HOME / "calls").open("a") as calls:
        calls.write(line + "\n")
    orders = HOME / "orders.json"
    orders = json.loads(orders.read_text()) if orders.exists() else {}
    for call, message in orders.get("fail", {}).items():
        if line.startswith(call):
            sys.exit(message)
    if orders.get("hang") and line.startswith(orders["hang"]):
        (HOME / "hangs").touch()
        time.sleep(3600)
    return program, arguments
