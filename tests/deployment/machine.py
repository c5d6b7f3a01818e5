"""A host: a Debian root in which systemd and cloud-init run as on an instance."""

import os
import shutil
import signal
import subprocess

from commands import Failure, run, wait_until

# Time-out of a start on two busy cores.
START_LIMIT = 120


class Machine:
    """A container on the network of a host, with a copy-on-write root."""

    def __init__(self, name, place, roots, user_data=None, binds=()):
        self.name = name
        self.place = os.path.join(place, name)
        self._roots = roots
        self._user_data = user_data
        self._binds = binds
        self._process = None
        self._leader = None

    @property
    def root(self):
        """Returns the host's files, as seen from outside."""
        return os.path.join(self.place, "root")

    def start(self):
        """Boots, and returns when systemd accepts commands; the user data may still run."""
        self._mount_root()
        if self._user_data is not None:
            self._write_seed()
        log = open(os.path.join(self.place, "console"), "ab")
        self._process = subprocess.Popen(
            self._in_own_group(
                "systemd-nspawn", "--quiet", f"--directory={self.root}", f"--machine={self.name}",
                f"--hostname={self.name}", "--boot",
                "--register=no", "--keep-unit", f"--network-namespace-path=/run/netns/{self.name}",
                "--resolv-conf=off", "--timezone=off", "--link-journal=no", "--console=pipe",
                *(f"--bind={outside}:{inside}" for outside, inside in self._binds),
            ),
            env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )
        wait_until(f"systemd of {self.name} takes commands", self._takes_commands, START_LIMIT)

    def wait_for_user_data(self):
        """Waits until cloud-init is done, and fails with its log after an error."""
        try:
            self.run("cloud-init status --wait --long", timeout=START_LIMIT)
        except Failure as failure:
            log = self.run("cat /var/log/cloud-init-output.log; journalctl --no-pager --boot --priority=warning")
            raise Failure(f"the user data of {self.name} failed:\n{failure}\n{log}") from None

    def run(self, script, timeout=120, **environment):
        """Runs a bash script as an operator's session on the host would, as root."""
        settings = [f"--setenv={name}={value}" for name, value in environment.items()]
        # systemd-run would expand variables by itself.
        script = script.replace("$", "$$")
        return run(
            *self._entered(), "systemd-run", "--quiet", "--wait", "--pipe", "--collect", "--service-type=exec",
            "--setenv=HOME=/root", *settings, "/bin/bash", "-euo", "pipefail", "-c", script, timeout=timeout,
        )

    def destroy(self):
        """Ends it like a lost instance: at once, with all its files."""
        if self._process is None:
            return
        os.kill(self._leader, signal.SIGKILL)
        self._process.wait(timeout=START_LIMIT)
        self._process = None
        run("umount", "--lazy", self.root)
        shutil.rmtree(self.place, ignore_errors=True)

    def _mount_root(self):
        for folder in ("changed", "work", "root"):
            os.makedirs(os.path.join(self.place, folder))
        lower = ":".join(self._roots)
        layers = f"lowerdir={lower},upperdir={self.place}/changed,workdir={self.place}/work"
        run("mount", "-t", "overlay", "-o", layers, "overlay", self.root)
        with open(os.path.join(self.root, "etc/hosts"), "a", encoding="utf-8") as hosts:
            hosts.write(f"127.0.1.1 {self.name}\n")

    def _write_seed(self):
        """Gives cloud-init the data of EC2's metadata service."""
        seed = os.path.join(self.root, "var/lib/cloud/seed/nocloud")
        os.makedirs(seed)
        with open(os.path.join(seed, "meta-data"), "w", encoding="utf-8") as file:
            file.write(f"instance-id: {self.name}\nlocal-hostname: {self.name}\n")
        with open(os.path.join(seed, "user-data"), "w", encoding="utf-8") as file:
            file.write(self._user_data)

    def _in_own_group(self, *command):
        group = f"/sys/fs/cgroup/{os.environ['REHEARSAL_CGROUP']}/{self.name}"
        os.makedirs(group, exist_ok=True)
        return ("sh", "-c", f'echo $$ >"{group}/cgroup.procs" && exec "$@"', "sh", *command)

    def _takes_commands(self):
        if self._process.poll() is not None:
            with open(os.path.join(self.place, "console"), encoding="utf-8", errors="replace") as log:
                raise Failure(f"{self.name} did not boot:\n{log.read()}")
        children = f"/proc/{self._process.pid}/task/{self._process.pid}/children"
        with open(children, encoding="ascii") as file:
            numbers = file.read().split()
        if not numbers:
            return False
        self._leader = int(numbers[0])
        bus = subprocess.run([*self._entered(), "test", "-S", "/run/dbus/system_bus_socket"], stderr=subprocess.DEVNULL)
        return bus.returncode == 0

    def _entered(self):
        return ("nsenter", f"--target={self._leader}", "--all")

