"""A session bus of a test's own, without any service to start."""
import contextlib
import os
import subprocess
import tempfile

CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <servicedir>{folder}/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


@contextlib.contextmanager
def private_bus():
    """Gives the environment for programs on the bus, and the folder of services that the bus may start."""
    with tempfile.TemporaryDirectory(prefix="postern-bus-") as folder:
        services = os.path.join(folder, "services")
        os.mkdir(services)
        configuration = os.path.join(folder, "bus.conf")
        with open(configuration, "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(folder=folder))
        with subprocess.Popen(["dbus-daemon", "--config-file", configuration, "--nofork", "--print-address"],
                              stdout=subprocess.PIPE, text=True) as bus:
            try:
                address = bus.stdout.readline().strip()
                yield {**os.environ, "DBUS_SESSION_BUS_ADDRESS": address, "LC_ALL": "C.UTF-8", "TZ": "UTC"}, services
            finally:
                bus.terminate()
