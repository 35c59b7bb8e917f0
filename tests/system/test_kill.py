#!/usr/bin/python3
"""The relay is killed at random points over a thousand messages: none that was acknowledged is lost, none goes twice by
our doing, and the database opens."""
import os
import random
import re
import sqlite3
import threading

import support
from case import Case, main
from client import Client

MESSAGES = int(os.environ.get("POSTERN_KILL_MESSAGES", "1000"))
KILLS = 25
SENDERS = 4


def message(number):
    return b"From: me@example.org\r\nSubject: number %d\r\nMessage-ID: <%d@example.org>\r\n\r\nbody\r\n" % (number, number)


class Kill(Case):
    def test_kill_at_random_points(self):
        relay, server = self.gate()
        self.relay_under_test, self.acknowledged, self.uncertain = relay, set(), set()
        self.next, self.lock, self.up = 0, threading.Lock(), threading.Event()
        self.up.set()
        senders = [threading.Thread(target=self.send_all) for _ in range(SENDERS)]
        for sender in senders:
            sender.start()
        chance = random.Random()
        for kill in range(1, KILLS + 1):
            goal = kill * MESSAGES // (KILLS + 1)
            self.wait_until(lambda goal=goal: self.next >= goal, 120)
            threading.Event().wait(chance.random() * 0.05)
            self.up.clear()
            relay.kill()
            relay.start()
            self.up.set()
        for sender in senders:
            sender.join(120)
        self.assertFalse(any(sender.is_alive() for sender in senders))
        self.check_outcome(relay, server)

    def take_number(self):
        with self.lock:
            if self.next >= MESSAGES:
                return None
            self.next += 1
            return self.next

    def send_all(self):
        while True:
            number = self.take_number()
            if number is None:
                return
            self.up.wait(60)
            try:
                with Client(self.relay_under_test.port) as client:
                    client.ehlo()
                    reply = client.message(message(number))
            except (OSError, EOFError, ValueError):
                continue
            with self.lock:
                if reply.code == 250:
                    self.acknowledged.add(number)
                elif "may already" in reply.text:
                    self.uncertain.add(number)

    def check_outcome(self, relay, server):
        came = [int(re.search(rb"<(\d+)@", entry.octets)[1]) for entry in server.ended]
        self.assertEqual(set(), self.acknowledged - set(came), "acknowledged and lost")
        self.assertEqual([], sorted(number for number in set(came) if came.count(number) > 1), "sent twice")
        self.assertGreater(len(self.acknowledged), MESSAGES // 2)
        self.wait_until(lambda: not [row for row in self.rows(relay) if row["state"] == "sending"])
        states = {row["subject"]: row["state"] for row in self.rows(relay)}
        for number in self.acknowledged:
            self.assertEqual("sent", states.get(f"number {number}"), number)
        for number in set(came) - self.acknowledged:
            self.assertIn(states.get(f"number {number}"), ("sent", "uncertain"), number)
        relay.stop()
        with sqlite3.connect(os.path.join(relay.state, "history.db")) as database:
            self.assertEqual("ok", database.execute("PRAGMA integrity_check").fetchone()[0])

    def rows(self, relay):
        return relay.ctl("history", "--limit", "1000")

    def test_sending_is_repaired(self):
        """Killed before the end of data: failed, where it was known at all. Killed after it: uncertain."""
        from upstream import HOLD
        for step, state in (("rcpt", "failed"), ("end", "uncertain")):
            relay, server = self.gate(faults={step: HOLD}, extensions=("PIPELINING",))
            client = self.ready_client(relay)
            client.command("MAIL FROM:<me@example.org>")
            client.command("RCPT TO:<you@example.net>")
            client.command("DATA")
            client.send(message(1) + b".\r\n")
            self.assertTrue(server.held.wait(20))
            relay.kill()
            relay.start()
            rows = relay.history()
            self.assertTrue(rows or state == "failed")
            for row in rows:
                self.assertEqual([state, state], [row["state"], row["recipients"][0]["state"]])


if __name__ == "__main__":
    main()
