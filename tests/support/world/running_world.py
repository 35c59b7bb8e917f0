"""The test world as a test has it: started in a directory of its own, told to change, stopped."""
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
STOP_SECONDS = 30


class RunningWorld:
    """`facts` is world.json, `seconds` what the start took. Stops when it is closed, or when this process ends."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix='postern-world-')
        started = time.monotonic()
        self.process = subprocess.Popen(['/usr/bin/python3', f'{HERE}/world.py', self.directory, '--until-eof'],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.seconds = time.monotonic() - started
        if line != 'READY\n':
            raise OSError('the test world did not start')
        with open(f'{self.directory}/world.json', encoding='utf-8') as file:
            self.facts = json.load(file)

    def command(self, line):
        """The answer to a line on the control socket."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(f'{self.directory}/control')
            sock.sendall(line.encode() + b'\n')
            return sock.recv(64).decode().strip()

    def close(self):
        """The exit status."""
        self.process.stdin.close()
        status = self.process.wait(STOP_SECONDS)
        self.process.stdout.close()
        shutil.rmtree(self.directory)
        return status
