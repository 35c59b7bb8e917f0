#!/usr/bin/python3
"""posternctl against a relay that answers as the worked examples say. Argument: the program."""
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from private_bus import private_bus

HERE = pathlib.Path(__file__).parent
EXAMPLES = sorted((HERE.parent / "contract/examples").glob("*.json"))
PROGRAM = sys.argv.pop(1)


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def expected_calls(example):
    return [call if "returns" in call or "error" in call else {**call, "returns": [example["output"]]}
            for call in example["calls"]]


class WithBus(unittest.TestCase):
    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.environment, self.services = stack.enter_context(private_bus())
        self.relay = None

    def start_relay(self):
        self.relay = subprocess.Popen([HERE / "fake_relay.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                      env=self.environment)
        self.addCleanup(self.relay.communicate)

    def expect(self, calls):
        """What the relay is to be asked from now on; before that it must have been asked what was expected."""
        self.relay.stdin.write(json.dumps(calls) + "\n")
        self.relay.stdin.flush()
        self.assertEqual(self.relay.stdout.readline().strip(), "as expected")

    def ask(self, *arguments):
        answer = subprocess.run([PROGRAM, *arguments], env=self.environment, capture_output=True, timeout=60, check=False)
        answer.stdout, answer.stderr = answer.stdout.decode(), answer.stderr.decode()
        return answer

    def ask_with(self, calls, *arguments):
        if self.relay is None:
            self.start_relay()
        self.expect(calls)
        answer = self.ask(*arguments)
        self.expect([])
        return answer


class Examples(WithBus):
    def test_every_example(self):
        self.assertGreater(len(EXAMPLES), 20)
        for path in EXAMPLES:
            with self.subTest(path.stem):
                self.check_example(read(path))

    def check_example(self, example):
        calls = expected_calls(example)
        with tempfile.TemporaryDirectory() as folder:
            report = os.path.join(folder, "report.eml")
            if example["command"][0] == "report":
                pathlib.Path(report).write_text(calls[0]["arguments"][0], encoding="utf-8")
            command = [report if word == "REPORT" else word for word in example["command"]]
            answer = self.ask_with(calls, "--json", *command)
        self.assertEqual(answer.stderr, "")
        self.assertEqual(json.loads(answer.stdout), example["output"])
        self.assertEqual(answer.returncode, example["exit"])

    def test_text_of_every_example(self):
        """The same for people: same exit status, no control characters, nothing on the wrong stream."""
        for path in EXAMPLES:
            example = read(path)
            if example["command"][0] in ("report", "export"):
                continue
            with self.subTest(path.stem):
                answer = self.ask_with(expected_calls(example), *example["command"])
                self.assertEqual(answer.returncode, example["exit"])
                is_error = isinstance(example["output"], dict) and "error" in example["output"]
                self.assertEqual(answer.stderr != "", is_error)
                self.assertEqual(answer.stdout == "", is_error)
                for line in answer.stdout.splitlines():
                    self.assertTrue(line.replace("\u00a0", " ").isprintable(), line)
                    self.assertEqual(line, line.rstrip())

    def test_every_method_of_a_command_has_an_example(self):
        commands = {read(path)["command"][0] for path in EXAMPLES}
        listed = {line.split()[0] for line in self.ask("--help").stdout.splitlines()
                  if line.startswith("  ") and line[2].isalpha()}
        listed.discard("posternctl")
        self.assertEqual(commands, listed)


class Text(WithBus):
    def example(self, name):
        return read(HERE.parent / f"contract/examples/{name}.json")

    def show(self, name, *arguments):
        example = self.example(name)
        answer = self.ask_with(expected_calls(example), *(arguments or example["command"]))
        return answer.stdout

    def test_history_is_a_table(self):
        lines = self.show("history").splitlines()
        self.assertEqual(lines[0].split(), ["ID", "Time", "State", "Asked", "To", "Subject"])
        column = lines[0].index("Subject")
        self.assertEqual(lines[1][column:], "Re: Contract")
        self.assertEqual(lines[2][column:], "Contract")
        self.assertIn("2025-03-14 10:21  Refused: not sent  Required on every hop  anna@kanzlei.example", lines[2])

    def test_show_tells_the_journey(self):
        text = self.show("show")
        ways = ["main, [127.0.0.1]", "Postern", "smtp.example.org", "anna@kanzlei.example: Sent · ",
                "tax@example.com: Sent · ", "behind the recipient's server: not known"]
        places = [text.index(way) for way in ways]
        self.assertEqual(places, sorted(places))
        self.assertIn("TLS1.3, AES-256-GCM, name checked", text)
        self.assertIn("Asked    Verified, by a rule for a recipient", text)

    def test_check_names_the_weak_host(self):
        text = self.show("check")
        self.assertIn("kanzlei.example: Verified\n", text)
        self.assertIn("bücher.example: No encryption offered\n", text)
        self.assertIn("mx2.example.net offered no encryption", text)

    def test_terminals_are_not_driven(self):
        call = {"method": "History", "arguments": [{}, 0, 50],
                "returns": [[{"id": 1, "subject": "\x1b[2Jgone\u202e", "state": "sent", "recipients": []}]]}
        answer = self.ask_with([call], "history")
        self.assertTrue(answer.stdout.replace("\n", "").isprintable())
        self.assertIn("[2Jgone", answer.stdout)

    def test_csv(self):
        messages = [{"id": 2, "time": "2025-03-14T10:24:05Z", "from": "me@example.org", "subject": "=1+1\"x\"",
                     "recipients": [{"address": "a@example.net", "state": "sent"},
                                    {"address": "@b", "state": "refused", "reason": "no, not"}]}]
        call = {"method": "History", "arguments": [{}, 0, 1000], "returns": [messages]}
        answer = self.ask_with([call], "export", "--format", "csv")
        head, first, second, end = answer.stdout.split("\r\n")
        self.assertTrue(head.startswith("id,time,message_id,from,subject,"))
        self.assertEqual(first, '2,"2025-03-14T10:24:05Z","","me@example.org","\'=1+1""x""","","","a@example.net",'
                                '"sent","","","","",""')
        self.assertIn('"\'@b","refused","","","","no, not",""', second)
        self.assertEqual(end, "")

    def test_export_reads_every_page(self):
        def page(newest, n):
            return [{"id": number, "recipients": []} for number in range(newest, newest - n, -1)]
        calls = [{"method": "History", "arguments": [{}, 0, 1000], "returns": [page(1500, 1000)]},
                 {"method": "History", "arguments": [{}, 501, 1000], "returns": [page(500, 500)]}]
        answer = self.ask_with(calls, "export", "--format", "json")
        self.assertEqual([message["id"] for message in json.loads(answer.stdout)], list(range(1500, 0, -1)))

    def test_export_of_nothing(self):
        call = {"method": "History", "arguments": [{}, 0, 1000], "returns": [[]]}
        self.assertEqual(json.loads(self.ask_with([call], "export", "--format", "json").stdout), [])

    def test_export_that_breaks_off_is_an_error(self):
        messages = [{"id": number, "recipients": []} for number in range(1000, 0, -1)]
        calls = [{"method": "History", "arguments": [{}, 0, 1000], "returns": [messages]},
                 {"method": "History", "arguments": [{}, 1, 1000], "error": ["failed", "the disk is gone"]}]
        answer = self.ask_with(calls, "--json", "export", "--format", "json")
        self.assertEqual(answer.returncode, 1)
        self.assertIn("the disk is gone", answer.stderr)


class ExitStatus(WithBus):
    def test_usage(self):
        for arguments in ([], ["nothing"], ["status", "now"], ["check"], ["show"], ["show", "x"], ["show", "0"],
                          ["mode", "secure"], ["mode", "--once"], ["allow-once", "7"], ["allow-once", "7", "--as", "x"],
                          ["history", "--limit", "0"], ["history", "--limit", "1001"], ["history", "--limit", "many"],
                          ["status", "--all"], ["forget"], ["forget", "a.example", "--all"], ["delete-history"],
                          ["export", "--format", "xml"], ["report", "missing.eml"], ["--nothing"]):
            with self.subTest(arguments):
                answer = self.ask(*arguments)
                self.assertEqual((answer.returncode, answer.stdout), (2, ""))
                self.assertTrue(answer.stderr.startswith("posternctl: "))
                answer = self.ask("--json", *arguments)
                self.assertEqual((answer.returncode, answer.stderr), (2, ""))
                self.assertEqual(json.loads(answer.stdout)["error"]["code"], "invalid-argument")

    def test_no_relay(self):
        answer = self.ask("--json", "status")
        self.assertEqual(answer.returncode, 3)
        self.assertEqual(json.loads(answer.stdout),
                         {"error": {"code": "not-reachable", "text": "Postern's relay is not running"}})

    def test_no_bus(self):
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent/bus"
        self.assertEqual(self.ask("status").returncode, 3)

    def test_the_relay_is_not_started(self):
        started = os.path.join(self.services, "started")
        service = f"[D-BUS Service]\nName=org.postern.Relay\nExec=/usr/bin/touch {started}\n"
        pathlib.Path(self.services, "org.postern.Relay.service").write_text(service, encoding="utf-8")
        self.assertEqual(self.ask("status").returncode, 3)
        self.assertFalse(os.path.exists(started))

    def test_relays_errors(self):
        for code in ("not-found", "not-supported", "not-allowed", "busy", "invalid-argument", "failed"):
            call = {"method": "Release", "arguments": [7, ""], "error": [code, "because"]}
            answer = self.ask_with([call], "--json", "release", "7")
            self.assertEqual(answer.returncode, 1)
            self.assertEqual(json.loads(answer.stdout), {"error": {"code": code, "text": "because"}})

    def test_a_relay_that_knows_less(self):
        """An older relay without the method, as any other service on its path would be."""
        call = {"method": "Held", "arguments": [], "error": ["not-supported", "nothing is held yet"]}
        self.assertEqual(self.ask_with([call], "held").returncode, 1)

    def test_check_is_negative_below_certified(self):
        for outlook, status in (("verified", 0), ("policy", 0), ("certified", 0), ("encrypted", 1), ("cleartext", 1),
                                ("failing", 1), ("unroutable", 1), ("unknown", 1), ("new-word", 1)):
            call = {"method": "Check", "arguments": [["a.example"], 0],
                    "returns": [[{"domain": "a.example", "outlook": outlook}]]}
            self.assertEqual(self.ask_with([call], "check", "a.example").returncode, status, outlook)

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            answer = subprocess.run([PROGRAM, "--version"], env=self.environment, stdout=full, stderr=subprocess.PIPE,
                                    timeout=60, check=False)
        self.assertEqual(answer.returncode, 1)

    def test_version(self):
        answer = self.ask("--version")
        self.assertEqual((answer.returncode, answer.stdout.split()[0]), (0, "posternctl"))


if __name__ == "__main__":
    unittest.main()
