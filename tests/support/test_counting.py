#!/usr/bin/python3
"""What tests/run counts: a test that did not run, or ended badly, is never a pass."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

import case

HERE = os.path.dirname(os.path.abspath(__file__))


def record(name, result, stdout=""):
    return json.dumps({"name": name, "result": result, "stdout": stdout})


class Counting(unittest.TestCase):
    def counted(self, *records):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as log:
            log.write("".join(f"{text}\n" for text in records))
            log.flush()
            done = subprocess.run([sys.executable, os.path.join(HERE, "count_results.py"), "part", log.name],
                                  capture_output=True, text=True, check=True)
        words = [line.split()[0] for line in done.stdout.splitlines()]
        return words.count("passed"), words.count("failed")

    def test_plain_tests_count_as_one(self):
        self.assertEqual((1, 1), self.counted(record("a", "OK"), record("b", "FAIL")))

    def test_cases_count(self):
        self.assertEqual((2, 1), self.counted(record("a", "FAIL", "1..3\nok 1 - x\nnot ok 2 - y\nok 3 z\n")))

    def test_bad_end_after_good_cases(self):
        for result in ("ERROR", "TIMEOUT", "FAIL", "INTERRUPT"):
            self.assertEqual((1, 1), self.counted(record("a", result, "1..1\nok 1 - x\n")))

    def test_skipped_has_failed(self):
        self.assertEqual((0, 1), self.counted(record("a", "SKIP")))
        self.assertEqual((1, 1), self.counted(record("a", "OK", "ok 1 - x # SKIP no server here\nok 2 - y\n")))

    def test_skipped_for_want_of_root(self):
        self.assertEqual((1, 0), self.counted(record("a", "OK", "ok 1 - x # SKIP needs root\nok 2 - y\n")))

    def test_nothing_was_run(self):
        self.assertEqual((0, 1), self.counted())


if __name__ == "__main__":
    case.main()
