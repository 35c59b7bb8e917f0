"""What the system tests share: a case with servers and relays that go away with it, and how a file of them is run.

The cases of a file run side by side in threads, each with relays of its own, and are told as TAP. A case that needs
root and is run by somebody else is skipped with that reason; nothing else may be skipped.
"""
import atexit
import concurrent.futures
import os
import shutil
import sys
import tempfile
import threading
import time
import unittest

from authority import Authority
from client import Client, trusting
from relay import Relay, free_port
from upstream import Upstream

SUBJECT = b"Subject: lunch\r\n"
MESSAGE = b"From: me@example.org\r\nTo: you@example.net\r\n" + SUBJECT + b"Message-ID: <1@example.org>\r\n\r\nAt noon?\r\n"

_lock = threading.Lock()
_authority = None


def authority():
    """The one certificate authority of this process."""
    global _authority
    with _lock:
        if _authority is None:
            directory = tempfile.mkdtemp(prefix="postern-certificates-")
            atexit.register(shutil.rmtree, directory, True)
            _authority = Authority(directory)
        return _authority


def account(server, **keys):
    """The configuration of an account that sends through this server."""
    return {"Addresses": "*@example.org", "Host": "localhost" if server.host == "127.0.0.1" else server.host,
            "Port": server.port, "Security": server.security, "Authentication": "none", **keys}


def configuration(server, listener=None, relay=None, **groups):
    """A relay with one listener without authentication and one account at this server; None: without account."""
    laid = {"Relay": {"Requirement": "usual", **(relay or {})},
            "Listener main": {"Address": "127.0.0.1;::1", "Port": free_port(), "Authentication": "none",
                              **(listener or {})},
            "Trust": {"CaFile": authority().root}}
    if server is not None:
        laid["Account work"] = account(server)
    return {**laid, **{name.replace("__", " "): keys for name, keys in groups.items()}}


class Case(unittest.TestCase):
    def upstream(self, certificate="good", **options):
        """A server that is there until the case is over."""
        server = Upstream(authority().leaf(certificate) if certificate else None, **options)
        self.addCleanup(server.close)
        return server

    def relay(self, laid, with_bus=True):
        """A running relay; its first listener's port is relay.port."""
        relay = Relay(laid, with_bus)
        self.addCleanup(relay.close)
        relay.port = next(keys["Port"] for name, keys in laid.items() if name.startswith("Listener"))
        return relay.start()

    def gate(self, listener=None, relay=None, groups=None, **options):
        """(relay, server): the usual pair."""
        server = self.upstream(**options)
        return self.relay(configuration(server, listener, relay, **(groups or {}))), server

    def client(self, relay, **options):
        client = Client(options.pop("port", relay.port), **options)
        self.addCleanup(client.close)
        return client

    def ready_client(self, relay, **options):
        client = self.client(relay, **options)
        client.offered = client.ehlo()
        return client

    def send(self, relay, octets=MESSAGE, **envelope):
        """One message on a connection of its own; the reply that ended it."""
        with Client(relay.port) as client:
            client.ehlo()
            return client.message(octets, **envelope)

    def assertReply(self, reply, code, enhanced=None, words=None):
        self.assertEqual(code, reply.code, reply)
        if enhanced:
            self.assertEqual(enhanced, reply.enhanced, reply)
        if words:
            self.assertIn(words.lower(), reply.text.lower())

    def assertNothingSent(self, server):
        """No message, nor any part of one, came to this server."""
        self.assertEqual([], server.ended)
        self.assertNotIn("MAIL", server.verbs())

    def wait_until(self, condition, deadline=20):
        """For what no event tells: asks until condition() is true."""
        end = time.monotonic() + deadline
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                self.fail(f"not in {deadline} s: {condition}")
            threading.Event().wait(0.05)

    def last_message(self, relay):
        """The newest row of the history."""
        return relay.history()[0]

    def wait_for_state(self, relay, state, deadline=20):
        def newest():
            rows = relay.history()
            return rows and rows[0]["state"] == state and rows[0]
        return self.wait_until(newest, deadline)


def needs_root(method):
    return unittest.skipUnless(os.geteuid() == 0, "needs root")(method)


def context():
    """A client that trusts anybody: what the relay shows is looked at where it matters."""
    return trusting(None)


def _cases(suite):
    for entry in suite:
        if isinstance(entry, unittest.TestSuite):
            yield from _cases(entry)
        else:
            yield entry


def _run(case):
    result = unittest.TestResult()
    case.run(result)
    problems = [text for _, text in result.failures + result.errors]
    problems += [f"{case} passed and was not to" for _ in result.unexpectedSuccesses]
    return problems, [reason for _, reason in result.skipped]


def main(parallel=4):
    """Runs the cases of the calling file: all, or those whose name contains an argument."""
    module = sys.modules["__main__"]
    cases = [case for case in _cases(unittest.defaultTestLoader.loadTestsFromModule(module))
             if not sys.argv[1:] or any(word in case.id() for word in sys.argv[1:])]
    print(f"1..{len(cases)}", flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(parallel) as pool:
        for number, (case, outcome) in enumerate(zip(cases, pool.map(_run, cases)), 1):
            problems, skipped = outcome
            failed += bool(problems)
            name = case.id().rpartition(".")[2]
            print(f"{'not ok' if problems else 'ok'} {number} - {name}" + (f" # SKIP {skipped[0]}" if skipped else ""),
                  flush=True)
            for problem in problems:
                print("".join(f"# {line}\n" for line in problem.splitlines()), flush=True)
    sys.exit(1 if failed or not cases else 0)
