import signal
import sys

from .cli import main

# As an exception, so that the unfinished folder goes when somebody ends the program.
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
sys.exit(main())
