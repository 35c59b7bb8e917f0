#!/usr/bin/python3
"""The history: every message, also the refused and the failed, to be found and to be forgotten."""
import os
import re
import sqlite3

import support
from case import MESSAGE, Case, main
from relay import NotAnswered


class History(Case):
    def filled(self, count=3):
        relay, server = self.gate()
        for number in range(count):
            octets = MESSAGE.replace(b"lunch", b"lunch number %d" % number)
            self.assertReply(self.send(relay, octets, recipients=[f"friend{number}@example.net"]), 250)
        return relay, server

    def test_facts_of_a_message(self):
        relay, server = self.filled(1)
        row = self.last_message(relay)
        shown = relay.ctl("show", str(row["id"]))
        self.assertEqual(row, shown)
        self.assertIsInstance(row["id"], int)
        self.assertRegex(row["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
        self.assertEqual(("<1@example.org>", "lunch number 0", "me@example.org", "usual", "mode", "sent"),
                         tuple(row[key] for key in ("message_id", "subject", "from", "requirement", "requirement_source",
                                                    "state")))
        self.assertIn("main", row["client"])
        hop = row["hops"][-1]
        self.assertEqual(("provider", "tls", "TLS1.3", "pkix", "not-offered"),
                         tuple(hop[key] for key in ("route", "security", "tls", "certificate", "requiretls")))
        self.assertIn("Q1", hop["reply"])
        self.assertTrue(hop["cipher"])
        recipient = row["recipients"][0]
        self.assertEqual(("friend0@example.net", "sent", "provider"),
                         tuple(recipient[key] for key in ("address", "state", "route")))
        self.assertEqual(1, len(server.messages))

    def test_newest_first_and_limited(self):
        relay, _server = self.filled(5)
        ids = [row["id"] for row in relay.history()]
        self.assertEqual(sorted(ids, reverse=True), ids)
        self.assertEqual(ids[:2], [row["id"] for row in relay.ctl("history", "--limit", "2")])

    def test_search(self):
        relay, _server = self.filled(3)
        for words, count in (("friend1", 1), ("lunch", 3), ("number 2", 1), ("frie", 3), ("dinner", 0), ("example.net", 3)):
            self.assertEqual(count, len(relay.ctl("history", "--search", words)), words)

    def test_t61_odd_searches_and_subjects(self):
        relay, _server = self.gate()
        subject = "'; DROP TABLE messages; -- <b>\"x\"</b> %s * NEAR( OR"
        self.assertReply(self.send(relay, MESSAGE.replace(b"lunch", subject.encode())), 250)
        self.assertEqual(subject, self.last_message(relay)["subject"])
        for words in ("'", '"', "DROP", "x*", "(", ")", "NEAR(", "-", "subject:", "a AND", "%", "\\", "\u00fc"):
            relay.ctl("history", "--search", words)
        self.assertEqual(1, len(relay.history()))

    def test_encoded_subject(self):
        relay, _server = self.gate()
        self.assertReply(self.send(relay, MESSAGE.replace(b"lunch", b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=")), 250)
        self.assertEqual("Gr\u00fc\u00dfe", self.last_message(relay)["subject"])

    def test_delete(self):
        relay, _server = self.filled(3)
        row = self.last_message(relay)
        relay.ctl("delete-history", str(row["id"]))
        self.assertEqual(2, len(relay.history()))
        self.assertEqual([], relay.ctl("history", "--search", "friend2"))
        with self.assertRaises(NotAnswered) as caught:
            relay.ctl("show", str(row["id"]))
        self.assertEqual((1, "not-found"), (caught.exception.status, caught.exception.error.get("code")))
        relay.ctl("delete-history", "--all")
        self.assertEqual([], relay.history())

    def test_deleted_text_is_gone_from_the_file(self):
        relay, _server = self.gate()
        self.assertReply(self.send(relay, MESSAGE.replace(b"lunch", b"marmalade"), recipients=["quince@example.net"]), 250)
        relay.ctl("delete-history", "--all")
        relay.stop()
        with open(os.path.join(relay.state, "history.db"), "rb") as stream:
            octets = stream.read()
        self.assertNotIn(b"marmalade", octets)
        self.assertNotIn(b"quince", octets)

    def test_t61_private_files(self):
        relay, _server = self.filled(1)
        for name in os.listdir(relay.state):
            path = os.path.join(relay.state, name)
            mode = os.stat(path).st_mode & 0o777
            self.assertEqual(0, mode & 0o077, f"{name}: {mode:o}")
        self.assertEqual(0o600, os.stat(os.path.join(relay.state, "history.db")).st_mode & 0o777)

    def test_subjects_are_not_kept_where_switched_off(self):
        relay, _server = self.gate(groups={"History": {"Subjects": False}})
        self.assertReply(self.send(relay), 250)
        self.assertNotIn("subject", self.last_message(relay))
        relay.stop()
        for name in os.listdir(relay.state):
            if name.startswith("history.db"):
                with open(os.path.join(relay.state, name), "rb") as stream:
                    self.assertNotIn(b"lunch", stream.read(), name)

    def test_table_for_people(self):
        relay, _server = self.filled(2)
        done = relay.run_ctl("history")
        self.assertEqual(0, done.returncode)
        self.assertIn("friend1@example.net", done.stdout)
        self.assertTrue(re.search(r"sent", done.stdout, re.I))

    def test_status_counts(self):
        relay, _server = self.filled(2)
        self.send(relay, b"X-Postern-TLS: required\r\n" + MESSAGE)
        status = relay.ctl("status")
        self.assertTrue(status["running"])
        self.assertEqual((2, 1), (status["counts"]["sent"], status["counts"]["refused"]))
        self.assertEqual("work", status["accounts"][0]["name"])

    def test_what_later_steps_bring_is_said(self):
        relay, _server = self.gate()
        for command in (["held"], ["release", "1"], ["discard", "1"]):
            with self.assertRaises(NotAnswered) as caught:
                relay.ctl(*command)
            self.assertEqual((1, "not-supported"), (caught.exception.status, caught.exception.error.get("code")), command)

    def test_usage_and_unreachable(self):
        relay, _server = self.gate()
        self.assertEqual(2, relay.run_ctl("nonsense").returncode)
        self.assertIn(relay.run_ctl("mode", "maximum").returncode, (1, 2))
        relay.stop()
        done = relay.run_ctl("--json", "status")
        self.assertEqual(3, done.returncode)
        self.assertIn('"error"', done.stdout)

    def test_database_that_cannot_be_read(self):
        """A damaged file: the relay says so in words and does not lose a message silently."""
        relay, server = self.filled(1)
        relay.stop()
        path = os.path.join(relay.state, "history.db")
        for name in ("history.db-wal", "history.db-shm"):
            if os.path.exists(os.path.join(relay.state, name)):
                os.unlink(os.path.join(relay.state, name))
        with open(path, "wb") as stream:
            stream.write(b"this is no database" * 500)
        try:
            relay.start()
        except AssertionError as error:
            self.assertIn("history.db", str(error))
            relay.process = None
        else:
            self.assertIn(self.send(relay).code, (250, 451))
        self.assertLessEqual(len(server.messages), 2)

    def test_schema_is_sound(self):
        relay, _server = self.filled(3)
        relay.stop()
        with sqlite3.connect(os.path.join(relay.state, "history.db")) as database:
            self.assertEqual("ok", database.execute("PRAGMA integrity_check").fetchone()[0])
            self.assertEqual([], database.execute("PRAGMA foreign_key_check").fetchall())


if __name__ == "__main__":
    main()
