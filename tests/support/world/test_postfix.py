#!/usr/bin/python3
"""Postfix's own DANE client judges the DANE domains: `posttls-finger` must verify exactly those called `verified`.

Runs as root in a network and mount namespace, where the world has port 25 and its resolver is the system's. Skipped
(exit 77) without root or without Postfix, installed or unpacked in build/servers.
"""
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from domains_dane import DANE

HERE = os.path.dirname(os.path.abspath(__file__))
UNPACKED = os.path.join(HERE, '..', '..', '..', 'build', 'servers', 'postfix')
SKIPPED = 77
RESOLVER = '127.0.53.2'  # the validating view with --real-ports
MAIN_CF = 'compatibility_level = 3.6\nmyhostname = probe.test\nmail_owner = postfix\nsetgid_group = postdrop\n'
MOUNTED = {
    'passwd': 'root:x:0:0::/root:/bin/sh\npostfix:x:4997:4997::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n',
    'group': 'root:x:0:\npostfix:x:4997:\npostdrop:x:4996:\nnogroup:x:65534:\n',
    'resolv.conf': f'nameserver {RESOLVER}\noptions edns0 trust-ad\n',
}
# posttls-finger stays with the first host that talks, verified or not; and it drops injected bytes and goes on.
LEFT_OUT = ('dane-one-mismatch', 'address-mismatch', 'dane-one-without', 'dane-one-without-self', 'dane-one-clear',
            'ee-injection')


def postfix_root():
    for root in ('/', os.path.abspath(UNPACKED)):
        if os.access(f'{root}/usr/sbin/posttls-finger', os.X_OK):
            return root
    return None


def finger(root, configuration, domain):
    """What posttls-finger says of @domain with no other trust than DANE."""
    environment = {'PATH': '/usr/bin:/bin', 'MAIL_CONFIG': configuration,
                   'LD_LIBRARY_PATH': f'{root}/usr/lib/postfix'}
    done = subprocess.run(
        [f'{root}/usr/sbin/posttls-finger', '-c', '-l', 'dane', '-T', '10', '-t', '10', '-L', 'summary', domain],
        env=environment, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


def judge(root, directory):
    """Inside the namespaces: the number of domains Postfix and the table disagree on."""
    for name, text in MOUNTED.items():
        with open(f'{directory}/{name}', 'w', encoding='ascii') as file:
            file.write(text)
        subprocess.run(['mount', '--bind', f'{directory}/{name}', os.path.realpath(f'/etc/{name}')], check=True)
    with open(f'{directory}/main.cf', 'w', encoding='ascii') as file:
        file.write(MAIN_CF + f'queue_directory = {directory}\n')
    with subprocess.Popen([f'{HERE}/world.py', f'{directory}/world', '--real-ports', '--until-eof'],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as world:
        if world.stdout.readline() != 'READY\n':
            raise OSError('the test world did not start')
        rows = [row for row in DANE if not row.slow and row.name not in LEFT_OUT]
        with ThreadPoolExecutor(4) as pool:
            said = list(pool.map(lambda row: finger(root, directory, row.domain), rows))
        world.stdin.close()
    wrong = [(row, text) for row, text in zip(rows, said)
             if ('Verified TLS connection' in text) != (row.outlook == 'verified')]
    for row, text in wrong:
        print(f'{row.domain} is {row.outlook} ({row.why}), Postfix says:\n{text}')
    verified = sum('Verified TLS connection' in text for text in said)
    print(f'{len(rows)} domains, {verified} verified by Postfix, {len(wrong)} seen otherwise by the table')
    return len(wrong)


def main():
    root = postfix_root()
    if root is None or os.geteuid() != 0:
        print('needs root and Postfix')
        return SKIPPED
    if len(sys.argv) > 1:
        return 1 if judge(root, sys.argv[1]) else 0
    with tempfile.TemporaryDirectory(prefix='postern-postfix-') as directory:
        os.chmod(directory, 0o755)
        return subprocess.run(['unshare', '--net', '--mount', sys.executable, __file__, directory],
                              check=False).returncode


if __name__ == '__main__':
    sys.exit(main())
