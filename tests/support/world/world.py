#!/usr/bin/python3
"""The test world: DNS, MTA-STS policy sites and MX hosts for every domain of the table, on loopback, without root.

    world.py DIRECTORY [--real-ports] [--until-eof]

Writes into DIRECTORY: root.key (trust anchor), ca.pem (root of the valid certificates), relay.conf (groups for
postern.conf), world.json (addresses; what every domain must get per phase, and a sample through other resolvers),
mx.log (what clients said to MX hosts, a JSON object a line); then says READY. On the socket DIRECTORY/control the line
`phase 2` changes the domains that change; the answer is `ok`. Ends on SIGTERM, SIGINT or, when asked, at the end of
its input.

--real-ports uses 53, 443 and 25: for a network namespace (unshare -rn; the loopback device is brought up).
"""
import argparse
import asyncio
import json
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import warnings

import dnsd
import mx_hosts
import policy_sites
from domains import BAD_INPUT, BY_VIEW, by_phase
from plan import POLICY_ADDRESS, Plan

PROBE_TIMEOUT_SECONDS = 2
GUARD_ADDRESS = '127.25.255.254'
RELAY_CONF = """[Probe]
Enabled=true
AllowPrivateAddresses=true
Port={mx}
PolicyPort={https}
TimeoutSeconds={timeout}

[Resolver]
Servers={dns}
TrustAnchorFile={directory}/root.key

[Trust]
CaFile={directory}/ca.pem
"""


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sock:
            sock.bind(('::1', 0))
        return True
    except OSError:
        return False


def dns_sockets(address, port):
    """A UDP and a TCP socket on the same port."""
    while True:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind((address, port))
        try:
            return udp, mx_hosts.bind(address, udp.getsockname()[1])
        except OSError:
            udp.close()
            if port:
                raise


class Ports:
    """The sockets that are bound before anything runs, and the ports they have."""

    def __init__(self, real, ipv6):
        self.dns, self.ipv6 = {}, ipv6
        for number, kind in enumerate(dnsd.VIEWS, 1):
            self.dns[kind] = dns_sockets(f'127.0.53.{number}' if real else '127.0.0.1', 53 if real else 0)
        self.https = mx_hosts.bind(POLICY_ADDRESS, 443 if real else 0)
        # Held so that another world takes another port.
        self.guard = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.guard.bind((GUARD_ADDRESS, 25 if real else 0))
        # A port where no connection comes about at any address, as where port 25 is blocked.
        blocked = mx_hosts.bind('::' if ipv6 else '0.0.0.0', 0, full=True)
        self.blocked = [blocked, *mx_hosts.fill('127.0.0.1', blocked.getsockname()[1])]

    def summary(self):
        return {'dns': {kind: '{}@{}'.format(*udp.getsockname()) for kind, (udp, _) in self.dns.items()},
                'https': self.https.getsockname()[1], 'mx': self.guard.getsockname()[1],
                'blocked': self.blocked[0].getsockname()[1], 'ipv6': self.ipv6}


async def run_dns(plan, ports, _directory):
    views = [dnsd.View(kind, plan.phases[1].tree, plan.phases[1].script) for kind in dnsd.VIEWS]
    for view in views:
        await dnsd.serve(view, *ports.dns[view.kind])

    def change(phase):
        for view in views:
            view.use(plan.phases[phase].tree, plan.phases[phase].script)
    return change


async def run_sites(plan, ports, _directory):
    sites = policy_sites.PolicySites(plan.phases[1].sites)
    await policy_sites.serve(sites, ports.https)

    def change(phase):
        sites.sites = plan.phases[phase].sites
    return change


async def run_hosts(plan, ports, directory):
    log = open(os.path.join(directory, 'mx.log'), 'a', buffering=1)

    def note(place, under_tls, command):
        entry = {'host': place.fqdn, 'address': place.address, 'tls': under_tls, 'command': command}
        print(json.dumps(entry), file=log)
    kept = await mx_hosts.serve(plan.places, ports.summary()['mx'], note)

    def change(phase, _kept=kept):
        del phase  # the hosts of both phases run all the time
    return change


async def child_loop(start, plan, ports, directory, channel):
    """Runs one kind of server until the world closes @channel."""
    change = await start(plan, ports, directory)
    channel.send(b'ok')
    finished = asyncio.Event()

    def command():
        line = channel.recv(16)
        if not line:
            finished.set()
            return
        change(int(line))
        channel.send(b'ok')
    asyncio.get_running_loop().add_reader(channel, command)
    await finished.wait()


def fork(start, plan, ports, directory):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid:
        theirs.close()
        return pid, ours
    ours.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(child_loop(start, plan, ports, directory, theirs))
    os._exit(0)


def expectation(row):
    fields = {'domain': row.domain, 'outlook': row.outlook, 'why': row.why, 'accept': row.accept,
              'reasons': row.reasons, 'unprobed': row.expected_unprobed, 'slow': row.slow,
              'dnssec': row.expected_mx_dnssec,
              'mta_sts': row.sts.mode if row.sts and 'mta-sts' in row.authenticated else None}
    if row.requiretls != 'any':
        fields['requiretls'] = row.requiretls
    if row.authenticated != 'any':
        fields['authenticated'] = row.authenticated
    return fields


def write_files(directory, plan, summary):
    def write(name, text):
        with open(os.path.join(directory, name), 'w', encoding='utf-8') as file:
            file.write(text)
    write('root.key', plan.trust_anchor())
    write('ca.pem', plan.authorities.ca_pem().decode())
    write('relay.conf', RELAY_CONF.format(directory=directory, mx=summary['mx'], https=summary['https'],
                                          dns=summary['dns']['recursor'], timeout=PROBE_TIMEOUT_SECONDS))
    summary['bad_input'] = BAD_INPUT
    summary['phases'] = {phase: [expectation(row) for row in by_phase(phase) if plan.ipv6 or not row.ipv6]
                         for phase in (1, 2)}
    summary['views'] = {view: [expectation(row) for row in rows] for view, rows in BY_VIEW.items()}
    write('world.json', json.dumps(summary, indent=1, ensure_ascii=True))


async def control(directory, channels, until_eof):
    """Takes commands until the world is told to end."""
    loop, finished = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, finished.set)
    if until_eof:
        loop.add_reader(sys.stdin, lambda: os.read(0, 4096) or finished.set())

    async def handle(reader, writer):
        words = (await reader.readline()).split()
        known = len(words) == 2 and words[0] == b'phase' and words[1] in (b'1', b'2')
        for channel in channels if known else ():
            channel.send(words[1])
            channel.recv(16)
        writer.write(b'ok\n' if known else b'unknown command\n')
        await writer.drain()
        writer.close()
    await asyncio.start_unix_server(handle, os.path.join(directory, 'control'))
    print('READY', flush=True)
    await finished.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('directory')
    parser.add_argument('--real-ports', action='store_true')
    parser.add_argument('--until-eof', action='store_true')
    options = parser.parse_args()
    directory = os.path.abspath(options.directory)
    os.makedirs(directory, exist_ok=True)
    # TLS 1.0 is a fault some hosts have, on purpose; asyncio warns of every client that closes after STARTTLS.
    warnings.simplefilter('ignore', DeprecationWarning)
    logging.getLogger('asyncio').setLevel(logging.ERROR)
    soft_limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft_limit, soft_limit))
    if options.real_ports:
        subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    ipv6 = has_ipv6()
    plan, ports = Plan(directory, ipv6), Ports(options.real_ports, ipv6)
    children = [fork(start, plan, ports, directory) for start in (run_dns, run_sites, run_hosts)]
    channels = [channel for _, channel in children]
    if all(channel.recv(16) == b'ok' for channel in channels):
        write_files(directory, plan, ports.summary())
        asyncio.run(control(directory, channels, options.until_eof))
    for channel in channels:
        channel.close()
    statuses = [os.waitpid(pid, 0)[1] for pid, _ in children]
    return 0 if not any(statuses) else 1


if __name__ == '__main__':
    sys.exit(main())
