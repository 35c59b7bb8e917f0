#!/usr/bin/python3
"""The demo works, as root and as somebody else, with nothing of the user's around it."""
import os
import subprocess
import sys
import time

import support
from case import Case, main
from relay import BUILD

DEMO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "app", "demo", "demo.py")


class Demo(Case):
    def test_every_outcome_is_the_expected_one(self):
        started = time.monotonic()
        environment = {"PATH": os.environ["PATH"], "POSTERN_BUILD": BUILD, "LC_ALL": "C.UTF-8"}
        environment.update({name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")})
        done = subprocess.run([sys.executable, DEMO], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=120, check=False)
        self.assertEqual(0, done.returncode, done.stdout)
        self.assertLess(time.monotonic() - started, 60)
        for nick in ("usual", "required", "anyway", "verified", "encrypted"):
            self.assertIn(nick, done.stdout)


if __name__ == "__main__":
    main()
