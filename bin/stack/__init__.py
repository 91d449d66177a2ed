"""What sets Switchboard up and keeps it running on one machine, written with Python's standard library alone.

This file is read by whatever `python3` is: it keeps to words that an old one understands.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "Switchboard needs Python 3.11 or newer; %s is %d.%d. "
        "Start it with a newer one, for example: python3.11 bin/run"
        % (sys.executable, sys.version_info[0], sys.version_info[1])
    )
if sys.platform == "win32":
    sys.exit("Switchboard does not run on Windows itself (there is no Valkey for it). Use WSL 2 or a Linux container.")
