#!/usr/bin/python3
"""What the relay says of the test world's domains, and what it then lets pass."""
import atexit
import json
import os
import sys
import threading

import support
from case import MESSAGE, Case, account, authority, main
from client import Client
from relay import Relay, free_port

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

    def send_to(self, relay, domain, requirement):
        octets = b"X-Postern-TLS: " + requirement + b"\r\n" + MESSAGE
        with Client(relay.port) as client:
            client.ehlo()
            return client.message(octets, recipients=[f"you@{domain}"])

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
        relay.ctl("forget", domain)
        self.assertFalse(self.check(relay, [domain])[0]["from_cache"])


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
