#!/usr/bin/python3
"""The demo: real messages of every requirement go by curl through the real relay to servers made for it.

Everything is local and gone afterwards: own bus, own state, own certificate authority. Ends with a table of what
happened and why, as the relay's own history tells it; exits 0 only when every outcome is the one expected.
"""
import dataclasses
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tests", "support"), os.path.join(ROOT, "tests", "support", "world")]
sys.dont_write_bytecode = True

from authority import Authority  # noqa: E402
from relay import Relay, free_port  # noqa: E402
from running_world import RunningWorld  # noqa: E402
from upstream import DROP, EXTENSIONS, Upstream  # noqa: E402


@dataclasses.dataclass
class Server:
    """A submission server of the demo's world and what it is like."""
    name: str
    traits: str
    certificate: str = "good"
    options: dict = dataclasses.field(default_factory=dict)
    honours: str = "none"


@dataclasses.dataclass
class Letter:
    """One message, and what must become of it: its state, whether it arrives, and a piece of the wire."""
    subject: str
    requirement: str
    server: str
    state: str
    arrives: bool
    on_the_wire: str = ""
    outlook: str = ""  # of the recipient's domain; "": one that nobody asks about


SERVERS = [
    Server("promising", "announces REQUIRETLS", options={"extensions": (*EXTENSIONS, "REQUIRETLS")}),
    Server("ordinary", "verified TLS, no REQUIRETLS"),
    Server("watchful", "verified TLS; known to honour DANE and MTA-STS when it sends on", honours="dane;mta-sts"),
    Server("disguised", "its certificate is for another name", "wrong-name"),
    Server("unsteady", "drops the line instead of confirming", options={"faults": {"end": DROP}}),
]
LETTERS = [
    Letter("Lunch on Friday", "usual", "ordinary", "sent", True),
    Letter("Contract, final", "required", "promising", "sent", True, "REQUIRETLS"),
    Letter("Test results", "required", "ordinary", "refused", False),
    Letter("Password hint", "required", "disguised", "refused", False),
    Letter("Fire drill at noon", "anyway", "ordinary", "sent", True, "TLS-Required: No"),
    Letter("Minutes of Monday", "usual", "disguised", "failed", False),
    Letter("Please confirm", "usual", "unsteady", "uncertain", True),
    Letter("Account statement", "verified", "watchful", "sent", True, outlook="verified"),
    Letter("Account statement, copy", "verified", "ordinary", "refused", False, outlook="verified"),
    Letter("Power of attorney", "verified", "watchful", "refused", False, outlook="certified"),
    Letter("Draft for you", "encrypted", "ordinary", "sent", True, outlook="certified"),
    Letter("Doctor's letter", "verified", "watchful", "refused", False, outlook="encrypted"),
    Letter("Minutes, for the file", "encrypted", "ordinary", "sent", True, outlook="encrypted"),
    Letter("Salary table", "encrypted", "ordinary", "refused", False, outlook="cleartext"),
    Letter("Key to the safe", "encrypted", "ordinary", "refused", False, outlook="failing"),
    Letter("To nobody", "encrypted", "ordinary", "refused", False, outlook="unroutable"),
    Letter("Offer", "encrypted", "ordinary", "failed", False, outlook="unknown"),
    Letter("Lunch, the same day", "usual", "promising", "sent", True),
]


def domain_of(letter, world):
    """A domain of the test world that has the letter's outlook beyond doubt."""
    for row in world.facts["phases"]["1"]:
        if row["outlook"] == letter.outlook and not row["accept"] and not row.get("slow"):
            return row["domain"]
    return "recipient.example"


def groups_of_the_world(world, authority, directory):
    """How the relay resolves and looks at mail hosts: in the world, and nowhere else."""
    dns, roots = world.facts["dns"]["recursor"], os.path.join(directory, "roots.pem")
    with open(roots, "w", encoding="utf-8") as together:
        for name in (os.path.join(world.directory, "ca.pem"), authority.root):
            with open(name, encoding="utf-8") as one:
                together.write(one.read())
    return {"Probe": {"AllowPrivateAddresses": True, "Port": world.facts["mx"], "PolicyPort": world.facts["https"],
                      "TimeoutSeconds": 5},
            "Resolver": {"Servers": dns, "TrustAnchorFile": os.path.join(world.directory, "root.key")},
            "Trust": {"CaFile": roots}}


def configuration(servers, world_groups):
    groups = {"Relay": {"Requirement": "usual"},
              "Listener demo": {"Port": free_port(), "Authentication": "none"}, **world_groups}
    honours = {entry.name: entry.honours for entry in SERVERS}
    for name, server in servers.items():
        groups[f"Account {name}"] = {"Addresses": f"*@{name}.example", "Host": "localhost", "Port": server.port,
                                     "Security": "tls", "Authentication": "none", "Honours": honours[name]}
    return groups


def text_of(letter, domain):
    return (f"From: Ann <ann@{letter.server}.example>\r\nTo: Bob <bob@{domain}>\r\nSubject: {letter.subject}\r\n"
            f"X-Postern-TLS: {letter.requirement}\r\n\r\nDear Bob, this is the demo. Ann\r\n").encode()


def send(letter, domain, port):
    """Hands the letter to the relay with curl, as a mail program would."""
    subprocess.run(["curl", "--silent", "--max-time", "50", "--url", f"smtp://127.0.0.1:{port}/laptop",
                    "--mail-from", f"ann@{letter.server}.example", "--mail-rcpt", f"bob@{domain}",
                    "--upload-file", "-"], input=text_of(letter, domain), stdout=subprocess.DEVNULL, check=False)


def arrived(letter, server):
    """The letter as this server got it: MAIL command and octets, or None."""
    subject = f"Subject: {letter.subject}\r\n".encode()
    for message in server.ended:
        if subject in message.octets:
            return message.mail + "\n" + message.octets.decode()
    return None


def problem(letter, row, server):
    """What is not as expected, or None."""
    wire = arrived(letter, server)
    if row is None:
        return "the history does not know it"
    if (row["requirement"], row["state"]) != (letter.requirement, letter.state):
        return f"expected {letter.requirement}, {letter.state}"
    if (wire is not None) != letter.arrives:
        return "it reached the server" if wire else "it did not reach the server"
    if letter.on_the_wire not in (wire or ""):
        return f"{letter.on_the_wire} was not on the wire"
    if not letter.on_the_wire and wire and ("REQUIRETLS" in wire or "TLS-Required" in wire):
        return "it was tagged and was not to be"
    return None


def why(row):
    """The reason in words, or how it travelled."""
    recipient = row["recipients"][0]
    reason = row.get("reason") or recipient.get("reason")
    if row["state"] != "sent":
        return reason or "?"
    hop = row["hops"][-1]
    travelled = f"{hop.get('tls', '?')}, certificate verified" if hop.get("certificate") == "pkix" else hop.get("tls", "?")
    promised = {"used": "; the server promised encryption on every hop"}.get(hop.get("requiretls"), "")
    tagged = "; asked for delivery even without encryption" if row["requirement"] == "anyway" else ""
    known = {"policy": "; the recipient's policy demands TLS and the provider honours it",
             "observed": "; the recipient's server was seen to offer encryption"}.get(recipient.get("assurance"), "")
    return travelled + promised + tagged + known


def print_table(rows):
    titles = ("message", "asked for", "recipient at", "server", "happened", "why")
    widths = [max(len(row[column]) for row in [titles, *rows]) for column in range(5)]
    room = max(40, shutil.get_terminal_size((120, 24)).columns - sum(widths) - 10)
    for row in [titles, tuple("-" * width for width in (*widths, 3)), *rows]:
        lines = textwrap.wrap(row[5], room) or [""]
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)) + "  " + lines[0])
        for line in lines[1:]:
            print(" " * (sum(widths) + 10) + line)


def run(directory):
    authority = Authority(directory)
    servers = {entry.name: Upstream(authority.leaf(entry.certificate), **entry.options) for entry in SERVERS}
    world = RunningWorld()
    laid = configuration(servers, groups_of_the_world(world, authority, directory))
    relay = Relay(laid)
    domains = [domain_of(letter, world) for letter in LETTERS]
    try:
        relay.start()
        print(f"A relay, a world of {len(world.facts['phases']['1'])} mail domains and five submission servers are running, "
              "all on this computer:")
        for entry in SERVERS:
            print(f"  {entry.name:10} {entry.traits}")
        print()
        for letter, domain in zip(LETTERS, domains):
            send(letter, domain, laid["Listener demo"]["Port"])
        history = {row.get("subject"): row for row in relay.history()}
        return [(letter, domain, history.get(letter.subject),
                 problem(letter, history.get(letter.subject), servers[letter.server]))
                for letter, domain in zip(LETTERS, domains)]
    finally:
        relay.close()
        world.close()
        for server in servers.values():
            server.close()


def main():
    with tempfile.TemporaryDirectory(prefix="postern-demo-") as directory:
        outcomes = run(directory)
    print_table([(letter.subject, letter.requirement, domain, letter.server, row["state"] if row else "?",
                  why(row) if row else "?") for letter, domain, row, _ in outcomes])
    wrong = [(letter, text) for letter, _, _, text in outcomes if text]
    print()
    for letter, text in wrong:
        print(f"Not as expected: {letter.subject} ({letter.requirement}, {letter.server}): {text}")
    if not wrong:
        print(f"All {len(outcomes)} messages had the outcome they must have.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
