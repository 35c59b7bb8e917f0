#!/usr/bin/python3
"""Whatever fails upstream, the client gets a sentence in time and the history says what became of the message."""
import concurrent.futures
import threading
import time

import support
from case import MESSAGE, Case, account, configuration, main
from client import Client
from relay import free_port
from upstream import DROP, HOLD, SILENT

ANSWER_DEADLINE = 45
# step, fault, the code the client gets, the state in the history
AT_EACH_STEP = [
    ("greeting", b"554 5.7.1 not you\r\n", 451, "failed"),
    ("greeting", b"421 4.3.2 busy\r\n", 451, "failed"),
    ("greeting", DROP, 451, "failed"),
    ("greeting", b"hello there\r\n", 451, "failed"),
    ("ehlo-tls", b"421 4.3.2 busy\r\n", 451, "failed"),
    ("ehlo-tls", DROP, 451, "failed"),
    ("tls", DROP, 451, "failed"),
    ("mail", b"451 4.3.0 later\r\n", 451, "failed"),
    ("mail", b"550 5.7.1 not from you\r\n", 550, "rejected"),
    ("mail", b"421 4.3.2 closing\r\n", 451, "failed"),
    ("mail", DROP, 451, "failed"),
    ("rcpt", b"450 4.2.1 later\r\n", 450, "failed"),
    ("rcpt", b"550 5.1.1 nobody here\r\n", 550, "rejected"),
    ("rcpt", DROP, 451, "failed"),
    ("data", b"451 4.3.0 later\r\n", 451, "failed"),
    ("data", b"554 5.6.0 no\r\n", 554, "rejected"),
    ("data", DROP, 451, "failed"),
    ("body", DROP, 451, "failed"),
    ("end", b"451 4.3.0 disk full\r\n", 451, "failed"),
    ("end", b"554 5.7.1 looks like spam\r\n", 554, "rejected"),
    ("end", DROP, 451, "uncertain"),
]
WITHOUT_CHUNKING = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8", "SIZE", "DSN")
KINDS = {"chunked": WITHOUT_CHUNKING + ("CHUNKING",), "data": WITHOUT_CHUNKING, "bare": ()}
SILENT_STEPS = ("greeting", "ehlo-tls", "tls", "mail", "rcpt", "data", "body")
BIG = MESSAGE + (b"x" * 70 + b"\r\n") * 100000  # more than all buffers on the way hold


def message_for(step):
    return BIG if step == "body" else MESSAGE


def name_of(fault):
    if isinstance(fault, bytes):
        return fault[:3].decode()
    return "drop" if fault is DROP else "silent"


class AtEachStep(Case):
    """One case per row, made below."""

    def check_fault(self, step, fault, code, state, extensions):
        relay, server = self.gate(faults={step: fault}, extensions=extensions)
        started = time.monotonic()
        reply = self.send(relay, message_for(step))
        self.assertLess(time.monotonic() - started, ANSWER_DEADLINE)
        self.assertEqual(code // 100, reply.code // 100, reply)
        self.assertStandsAlone(reply)
        row = self.wait_for_state(relay, state)
        self.assertEqual(state, row["recipients"][0]["state"])
        self.assertEqual([], server.messages)
        # The relay is none the worse for it.
        server.faults.clear()
        self.assertReply(self.send(relay), 250)
        server.wait_for_messages(1)

    def assertStandsAlone(self, reply):
        words = reply.text.split()
        self.assertGreater(len(words), 3, reply)
        self.assertFalse(reply.text.endswith("."), reply)
        self.assertTrue(reply.wire.isascii())
        self.assertTrue(reply.enhanced, reply)
        for line in reply.wire.split(b"\r\n"):
            self.assertLessEqual(len(line), 512)


def _add_cases():
    for step, fault, code, state in AT_EACH_STEP:
        for kind, extensions in KINDS.items():
            if step == "data" and kind == "chunked":
                continue
            # There all goes out in one flight: that the server took it before it went is possible.
            one_flight = kind == "chunked" and step in ("mail", "rcpt") and fault is DROP
            expected = "uncertain" if one_flight else state

            def case(self, row=(step, fault, code, expected, extensions)):
                self.check_fault(*row)
            name = f"test_{step.replace('-', '_')}_{name_of(fault)}_{kind}"
            setattr(AtEachStep, name, case)


_add_cases()


class Silence(Case):
    """A server that falls silent: answered within 45 seconds, each case on its own."""

    def check_silence(self, step):
        relay, server = self.gate(faults={step: SILENT}, extensions=WITHOUT_CHUNKING)
        started = time.monotonic()
        reply = self.send(relay, message_for(step))
        self.assertLess(time.monotonic() - started, ANSWER_DEADLINE + 1)
        self.assertEqual(4, reply.code // 100, reply)
        self.assertEqual("failed", self.wait_for_state(relay, "failed")["state"])
        self.assertEqual([], server.messages)

    def test_slow_greeting_and_then_silence(self):
        """The time that the connection took is the client's too."""
        relay, server = self.gate(faults={"greeting": HOLD, "end": SILENT})
        threading.Timer(12, server.release.set).start()
        started = time.monotonic()
        self.assertReply(self.send(relay), 451, "4.4.2", "may already have been sent")
        self.assertLess(time.monotonic() - started, ANSWER_DEADLINE + 1)

    def test_several_idle_connections_that_fell_silent(self):
        relay, server = self.gate(faults={"end": [HOLD] * 3})
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            sent = [pool.submit(self.send, relay, MESSAGE + b"%d\r\n" % number) for number in range(3)]
            server.wait_for(lambda server: len(server.ended) == 3)
            server.release.set()
            self.assertEqual([250] * 3, [reply.result().code for reply in sent])
        server.faults["rset"] = SILENT
        idle_since = time.monotonic()
        self.wait_until(lambda: time.monotonic() - idle_since > 6)
        started = time.monotonic()
        self.assertReply(self.send(relay), 250)
        self.assertLess(time.monotonic() - started, 18)

    def test_uncertain_is_said_and_corrected(self):
        relay, server = self.gate(faults={"end": [HOLD]})
        started = time.monotonic()
        reply = self.send(relay)
        took = time.monotonic() - started
        self.assertLess(took, ANSWER_DEADLINE + 1)
        self.assertReply(reply, 451, "4.4.2", "may already have been sent")
        self.wait_for_state(relay, "uncertain")
        server.release.set()
        self.wait_for_state(relay, "sent")
        self.assertEqual(1, len(server.messages))

    def test_uncertain_is_joined_by_the_same_message(self):
        relay, server = self.gate(faults={"end": [HOLD]})
        self.assertReply(self.send(relay), 451, "4.4.2")
        with Client(relay.port) as client:
            client.ehlo()
            client.envelope()
            client.command("DATA")
            client.send(MESSAGE + b".\r\n")
            self.wait_until(lambda: len(relay.history()) >= 1)
            server.release.set()
            self.assertReply(client.reply(), 250)
        self.assertEqual(1, len(server.ended))

    def test_uncertain_and_rejected_later(self):
        relay, server = self.gate(faults={"end": [HOLD]})
        self.assertReply(self.send(relay), 451, "4.4.2")
        server.faults["end"] = b"554 5.7.1 spam\r\n"
        server.close()
        self.wait_for_state(relay, "uncertain")


def _add_silences():
    for step in SILENT_STEPS:
        def case(self, step=step):
            self.check_silence(step)
        setattr(Silence, f"test_silent_{step.replace('-', '_')}", case)


_add_silences()


class Others(Case):
    def test_refused_connection(self):
        server = self.upstream()
        laid = configuration(server)
        laid["Account work"] = account(server, Port=free_port())
        relay = self.relay(laid)
        reply = self.send(relay)
        self.assertReply(reply, 451, "4.4.1", "refused the connection")
        self.assertEqual("connect-refused", self.reason(relay))

    def test_unknown_name(self):
        server = self.upstream()
        laid = configuration(server)
        laid["Account work"] = account(server, Host="nowhere.invalid")
        relay = self.relay(laid)
        self.assertEqual(451, self.send(relay).code)
        self.assertIn(self.reason(relay), ("name-not-found", "name-lookup-failed"))

    def reason(self, relay):
        row = self.wait_for_state(relay, "failed")
        return row.get("reason_code") or row["recipients"][0]["reason_code"]

    def test_one_refused_recipient_refuses_the_message(self):
        for extensions in KINDS.values():
            relay, server = self.gate(faults={"rcpt:bad@example.net": b"550 5.1.1 nobody here\r\n"}, extensions=extensions)
            reply = self.send(relay, recipients=["you@example.net", "bad@example.net", "she@example.net"])
            self.assertReply(reply, 550, words="bad@example.net")
            self.assertEqual([], server.ended)
            states = {entry["address"]: entry["state"] for entry in self.last_message(relay)["recipients"]}
            self.assertEqual("rejected", states["bad@example.net"])
            self.assertNotIn("sent", states.values())

    def test_client_gone_before_the_end(self):
        relay, server = self.gate()
        with Client(relay.port) as client:
            client.ehlo()
            client.envelope()
            client.command("DATA")
            client.send(MESSAGE * 100)
        self.wait_for_state(relay, "failed")
        self.assertEqual([], server.ended)

    def test_client_gone_after_the_end(self):
        relay, server = self.gate(faults={"end": [HOLD]})
        with Client(relay.port) as client:
            client.ehlo()
            client.envelope()
            client.command("DATA")
            client.send(MESSAGE + b".\r\n")
            self.assertTrue(server.held.wait(20))
        server.release.set()
        self.wait_for_state(relay, "sent")

    def test_stale_idle_connection_is_replaced(self):
        """A server that closes an idle connection costs the next message nothing."""
        relay, server = self.gate()
        for count, farewell in enumerate((b"", b"421 4.4.2 idle for too long\r\n", b""), 1):
            self.assertReply(self.send(relay), 250)
            server.wait_for_messages(count)
            server.hang_up(farewell)
        self.assertEqual(3, server.connections)

    def test_stop_finishes_what_is_under_way(self):
        relay, server = self.gate(faults={"end": [HOLD]})
        with Client(relay.port) as client:
            client.ehlo()
            client.envelope()
            client.command("DATA")
            client.send(MESSAGE + b".\r\n")
            self.assertTrue(server.held.wait(20))
            relay.process.terminate()
            server.release.set()
            self.assertReply(client.reply(), 250)
        self.assertEqual(0, relay.process.wait(30))
        relay.start()
        self.assertEqual("sent", self.last_message(relay)["state"])


if __name__ == "__main__":
    main(parallel=12)
