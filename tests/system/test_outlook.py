#!/usr/bin/python3
"""What the relay says of the test world's domains, and what it then lets pass."""
import atexit
import json
import os
import subprocess
import sys
import threading
import time

import support
from case import MESSAGE, Case, account, authority, main
from client import Client
from relay import NotAnswered, Relay, free_port, program

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "world"))
from confusion import bad_input_faults, judge, render  # noqa: E402
from running_world import RunningWorld  # noqa: E402

BATCH = 90


_lock = threading.Lock()
_worlds = {}


def shared_world(name):
    """Cases run side by side: those that change the world have one of their own."""
    with _lock:
        if name not in _worlds:
            _worlds[name] = RunningWorld()
            atexit.register(_worlds[name].close)
        return _worlds[name]


class WorldCase(Case):
    world_name = "still"

    @property
    def world(self):
        return shared_world(self.world_name)

    def relay_in_world(self, server=None, extra="", replace=()):
        """A relay that resolves, fetches and probes in the world; both roots are trusted."""
        with open(os.path.join(self.world.directory, "relay.conf"), encoding="utf-8") as file:
            text = file.read()
        # The machine that tests may be busy with everything else that is tested.
        for old, new in (("TimeoutSeconds=2", "TimeoutSeconds=8"), *replace):
            self.assertIn(old, text)
            text = text.replace(old, new)
        relay = Relay()
        self.addCleanup(relay.close)
        roots = os.path.join(relay.directory, "roots.pem")
        with open(roots, "w", encoding="utf-8") as file:
            for name in (os.path.join(self.world.directory, "ca.pem"), authority().root):
                with open(name, encoding="utf-8") as part:
                    file.write(part.read())
        text = text.replace(os.path.join(self.world.directory, "ca.pem"), roots)
        port = free_port()
        text += f"[Listener main]\nAddress=127.0.0.1\nPort={port}\nAuthentication=none\n"
        if server is not None:
            keys = account(server)
            text += "[Account work]\n" + "".join(f"{key}={value}\n" for key, value in keys.items()) + extra
        relay.write_configuration(text)
        relay.port = port
        return relay.start()

    def check(self, relay, domains):
        """The facts, whatever the exit status: 1 only means that not all is well."""
        answers = []
        for start in range(0, len(domains), BATCH):
            done = relay.run_ctl("check", "--json", *domains[start:start + BATCH])
            self.assertIn(done.returncode, (0, 1), done.stderr)
            answers += json.loads(done.stdout)
        return answers

    def judged(self, relay, rows, unprobed=False):
        verdict = judge(rows, self.check(relay, [row["domain"] for row in rows]), unprobed)
        print("#", render(verdict).replace("\n", "\n# "))
        self.assertEqual([], verdict.false_good)
        self.assertTrue(verdict.passed)

    def send_to(self, relay, domain, requirement):
        octets = b"X-Postern-TLS: " + requirement + b"\r\n" + MESSAGE
        with Client(relay.port) as client:
            client.ehlo()
            return client.message(octets, recipients=[f"you@{domain}"])


class Outlook(WorldCase):
    def test_unprobed(self):
        relay = self.relay_in_world(replace=[("[Probe]\nEnabled=true", "[Probe]\nEnabled=false")])
        self.judged(relay, self.world.facts["phases"]["1"], unprobed=True)

    def test_blocked_port_is_held_against_nobody(self):
        """Where nothing is let through to port 25, silence says nothing of the servers."""
        relay = self.relay_in_world(replace=[(f"Port={self.world.facts['mx']}\n", f"Port={self.world.facts['blocked']}\n"),
                                             ("TimeoutSeconds=8", "TimeoutSeconds=2")])
        self.judged(relay, [row for row in self.world.facts["phases"]["1"] if not row.get("slow")], unprobed=True)

    def test_resolvers_that_strip_forge_or_refuse(self):
        """Whatever a resolver does, it earns nobody a good word; whether forged answers are called forged or unknown is not
        judged."""
        for view, rows in self.world.facts["views"].items():
            if view == "blackhole":
                rows = rows[:3]  # each takes until the DNS's time is up
            relay = self.relay_in_world(replace=[(self.world.facts["dns"]["recursor"], self.world.facts["dns"][view])])
            verdict = judge(rows, self.check(relay, [row["domain"] for row in rows]))
            print(f"# {view}:", render(verdict).replace("\n", "\n# "))
            self.assertEqual([], verdict.false_good, view)
            relay.stop()

    def test_bad_input(self):
        relay = self.relay_in_world()
        answers = {}
        for text in self.world.facts["bad_input"]:
            if "\0" in text or text.startswith("-"):
                continue
            done = relay.run_ctl("check", "--json", text)
            told = json.loads(done.stdout)
            answers[text] = told[0] if isinstance(told, list) else told
        self.assertEqual([], list(bad_input_faults(answers)))

    def test_probes_never_say_mail(self):
        relay = self.relay_in_world()
        self.check(relay, [row["domain"] for row in self.world.facts["phases"]["1"][:60]])
        with open(os.path.join(self.world.directory, "mx.log"), encoding="utf-8") as log:
            said = [json.loads(line) for line in log]
        self.assertTrue(said)
        self.assertFalse([line for line in said if "MAIL" in json.dumps(line).upper().split('"')])

    def domain(self, outlook, **wanted):
        """Some domain of the world with this outlook beyond doubt."""
        for row in self.world.facts["phases"]["1"]:
            if row["outlook"] == outlook and not row["accept"] and not row.get("slow") and all(
                    row.get(key) == value for key, value in wanted.items()):
                return row["domain"]
        raise AssertionError(f"the world has no such domain: {outlook} {wanted}")

    def test_verified_passes_where_the_provider_honours_the_policy(self):
        server = self.upstream()
        relay = self.relay_in_world(server, "Honours=dane;mta-sts\n")
        domain = self.domain("verified", dnssec="secure")
        self.assertReply(self.send_to(relay, domain, b"verified"), 250)
        recipient = self.last_message(relay)["recipients"][0]
        self.assertEqual(("sent", "policy", "verified"),
                         (recipient["state"], recipient["assurance"], recipient["outlook"]))
        self.assertEqual(1, len(server.wait_for_messages(1)))

    def test_verified_is_refused_where_nobody_binds_the_provider(self):
        server = self.upstream()
        relay = self.relay_in_world(server)
        reply = self.send_to(relay, self.domain("verified", dnssec="secure"), b"verified")
        self.assertReply(reply, 550, "5.7.10")
        self.assertEqual([], server.messages)

    def test_verified_to_a_doubtful_certificate_is_refused(self):
        server = self.upstream()
        relay = self.relay_in_world(server, "Honours=dane;mta-sts\n")
        domain = self.domain("encrypted")
        self.assertReply(self.send_to(relay, domain, b"verified"), 550, "5.7.10")
        self.assertEqual("refused", self.last_message(relay)["state"])
        self.assertReply(self.send_to(relay, domain, b"encrypted"), 250)
        self.assertEqual("observed", self.last_message(relay)["recipients"][0]["assurance"])

    def test_encrypted_is_refused_in_the_clear_and_unknown_is_put_off(self):
        server = self.upstream()
        relay = self.relay_in_world(server)
        self.assertReply(self.send_to(relay, self.domain("cleartext"), b"encrypted"), 550, "5.7.10")
        self.assertReply(self.send_to(relay, self.domain("failing"), b"encrypted"), 550, "5.7.10")
        self.assertReply(self.send_to(relay, self.domain("unknown"), b"encrypted"), 451, "4.7.5")
        self.assertEqual([], server.messages)

    def test_usual_asks_nobody(self):
        server = self.upstream()
        relay = self.relay_in_world(server)
        self.assertReply(self.send_to(relay, self.domain("cleartext"), b"usual"), 250)
        self.assertNotIn("outlook", self.last_message(relay)["recipients"][0])

    def test_usual_is_looked_at_afterwards_where_asked_for(self):
        server = self.upstream()
        relay = self.relay_in_world(server, "Honours=dane\n", [("Enabled=true", "Enabled=true\nForUsual=true")])
        for outlook, assurance in (("cleartext", "none"), ("verified", "policy")):
            domain = self.domain(outlook, dnssec="secure") if outlook == "verified" else self.domain(outlook)
            self.assertReply(self.send_to(relay, domain, b"usual"), 250)
            row = self.wait_until(lambda: next(
                (row for row in relay.history() if "outlook" in row["recipients"][0]
                 and row["recipients"][0]["domain"] == domain), None))
            self.assertEqual((outlook, assurance, "sent"), (row["recipients"][0]["outlook"],
                                                            row["recipients"][0]["assurance"], row["state"]))

    def test_cached_and_forgotten(self):
        relay = self.relay_in_world()
        domain = self.domain("verified")
        self.assertFalse(self.check(relay, [domain])[0]["from_cache"])
        self.assertTrue(self.check(relay, [domain])[0]["from_cache"])
        for known in (domain, self.domain("cleartext")):
            self.check(relay, [known])
            relay.ctl("forget", known)
            self.assertFalse(self.check(relay, [known])[0]["from_cache"])

    def test_what_was_found_out_for_this_check_is_not_from_cache(self):
        relay = self.relay_in_world()
        domains = [row["domain"] for row in self.world.facts["phases"]["1"] if not row.get("slow")][:20]
        self.assertEqual([False] * 20, [row["from_cache"] for row in self.check(relay, domains)])
        self.assertEqual([True] * 20, [row["from_cache"] for row in self.check(relay, domains)])

    def test_check_that_wants_progress_is_answered(self):
        relay = self.relay_in_world()
        answer = relay.call("Check", f"['{self.domain('verified')}', 'no domain']", "7")
        self.assertIn("verified", answer)

    def check_in_background(self, relay, *domains):
        checking = subprocess.Popen([program("app", "posternctl"), "--json", "check", *domains],
                                    env=relay.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(checking.stdout.close)
        self.addCleanup(checking.wait)
        return checking

    def test_end_does_not_wait_for_inquiries(self):
        """Neither for a check nor for what a sender who has gone began; and nothing is used after its end."""
        relay = self.relay_in_world(self.upstream(), replace=[("TimeoutSeconds=8", "TimeoutSeconds=60"),
                                                              ("[Probe]", "[Relay]\nRequirement=encrypted\n[Probe]")])
        said = len(self.mx_log())
        checking = self.check_in_background(relay, "host-silent.test", "greeting-tarpit.test", "greeting-slow.test")
        with Client(relay.port) as client:
            client.ehlo()
            client.envelope(recipients=["you@dns-slow.test", "you@host-full.test"])
        self.wait_until(lambda: "greeting-slow" in self.mx_log()[said:])
        begin = time.monotonic()
        relay.stop()
        self.assertLess(time.monotonic() - begin, 15)
        checking.communicate(timeout=20)

    def mx_log(self):
        with open(os.path.join(self.world.directory, "mx.log"), encoding="utf-8") as log:
            return log.read()

    def test_reading_the_configuration_again_trips_nothing(self):
        """Inquiries that are broken off say nothing: no lock closes on what they saw half."""
        relay = self.relay_in_world()
        domains = [row["domain"] for row in self.world.facts["phases"]["1"] if not row.get("slow")][:30]
        before = [row["outlook"] for row in self.check(relay, domains)]
        for _ in range(3):
            checking = self.check_in_background(relay, *domains)
            relay.call("Reload")
            self.assertEqual(len(domains), len(json.loads(checking.communicate(timeout=60)[0])))
        after = self.check(relay, domains)
        self.assertEqual(before, [row["outlook"] for row in after])
        self.assertEqual([], [row["domain"] for row in after if row.get("downgraded")])


class DowngradeLock(WorldCase):
    world_name = "worse"
    LOCKED = "offered better protection before than it does now"

    def in_phase(self, relay, number):
        """The world changed while the relay was not there."""
        relay.stop()
        self.assertEqual("ok", self.world.command(f"phase {number}"))
        relay.start()

    def downgraded(self, relay, domain):
        return self.check(relay, [domain])[0].get("downgraded", False)

    def assertNoSuchChange(self, relay, domain):
        with self.assertRaises(NotAnswered) as caught:
            relay.ctl("accept-change", domain)
        self.assertEqual((1, "not-found"), (caught.exception.status, caught.exception.error.get("code")))

    def test_lock(self):
        server = self.upstream()
        relay = self.relay_in_world(server, "Honours=dane;mta-sts\n")
        self.addCleanup(self.world.command, "phase 1")
        names = ["was-certified", "was-certified-stripped", "was-certified-down", "was-dane-mismatch", "was-encrypted"]
        worse, stripped, down, mismatch, better = domains = [f"{name}.test" for name in names]
        self.assertEqual(["certified", "certified", "certified", "verified", "encrypted"],
                         [row["outlook"] for row in self.check(relay, domains)])
        self.assertReply(self.send_to(relay, worse, b"encrypted"), 250)
        self.assertNoSuchChange(relay, worse)
        self.in_phase(relay, 2)
        self.locked(relay, server, worse, mismatch)
        self.never_locked(relay, down, better)
        relay.stop()
        relay.start()
        self.locked(relay, server, worse, mismatch)
        self.accepted(relay, worse, stripped)
        self.forgotten(relay, mismatch)
        self.in_phase(relay, 1)
        self.assertReply(self.send_to(relay, worse, b"encrypted"), 250)
        self.in_phase(relay, 2)
        self.assertReply(self.send_to(relay, worse, b"encrypted"), 550, "5.7.10", self.LOCKED)

    def locked(self, relay, server, worse, mismatch):
        taken = len(server.messages)
        for domain, outlook in ((worse, "encrypted"), (mismatch, "failing")):
            self.assertReply(self.send_to(relay, domain, b"encrypted"), 550, "5.7.10", self.LOCKED)
            self.assertReply(self.send_to(relay, domain, b"verified"), 550, "5.7.10", self.LOCKED)
            recipient = self.last_message(relay)["recipients"][0]
            self.assertEqual(("refused", outlook), (recipient["state"], recipient["outlook"]))
            self.assertTrue(self.downgraded(relay, domain))
        self.assertEqual(taken, len(server.messages))
        self.assertReply(self.send_to(relay, worse, b"usual"), 250)

    def never_locked(self, relay, down, better):
        """Silence is no change for the worse: what was seen 30 days ago or less still counts."""
        for domain in (down, better):
            self.assertReply(self.send_to(relay, domain, b"encrypted"), 250)
            self.assertFalse(self.downgraded(relay, domain))
            self.assertNoSuchChange(relay, domain)

    def accepted(self, relay, worse, stripped):
        """From then on the outlook alone counts; also in the next life of the relay."""
        for domain in (worse, stripped):
            self.assertTrue(self.downgraded(relay, domain))
            relay.ctl("accept-change", domain)
            self.assertFalse(self.downgraded(relay, domain))
            self.assertNoSuchChange(relay, domain)
        relay.stop()
        relay.start()
        self.assertReply(self.send_to(relay, worse, b"encrypted"), 250)
        reply = self.send_to(relay, worse, b"verified")
        self.assertReply(reply, 550, "5.7.10")
        self.assertNotIn(self.LOCKED, reply.text)
        reply = self.send_to(relay, stripped, b"encrypted")
        self.assertReply(reply, 550, "5.7.10")
        self.assertNotIn(self.LOCKED, reply.text)

    def forgotten(self, relay, mismatch):
        relay.ctl("forget", mismatch)
        self.assertFalse(self.downgraded(relay, mismatch))
        reply = self.send_to(relay, mismatch, b"encrypted")
        self.assertReply(reply, 550, "5.7.10")
        self.assertNotIn(self.LOCKED, reply.text)

    def test_wrong_use(self):
        relay = self.relay_in_world()
        for command, status in ((["accept-change"], 2), (["forget"], 2), (["forget", "--all", "one.test"], 2),
                                (["accept-change", "no domain"], 1), (["forget", "no domain"], 1),
                                (["accept-change", "unseen.test"], 1), (["forget", "unseen.test"], 1),
                                (["forget", "--all"], 0)):
            self.assertEqual(status, relay.run_ctl(*command).returncode, command)


class ChangingWorld(WorldCase):
    world_name = "changing"

    def test_world(self):
        """No good word that was not earned; at least 98 % exact; also after the world has changed."""
        relay = self.relay_in_world()
        self.judged(relay, self.world.facts["phases"]["1"])
        self.assertEqual("ok", self.world.command("phase 2"))
        self.addCleanup(self.world.command, "phase 1")
        relay.stop()
        relay.start()
        self.judged(relay, self.world.facts["phases"]["2"])


if __name__ == "__main__":
    main()
