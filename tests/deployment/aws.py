"""A fake of the parts of AWS that hosts use: S3, SSM parameters, and the identity of an instance.

It answers on a host of its own under the names that AWS has, with a certificate of an authority that the hosts
trust, so that nothing that runs on them knows the difference.
"""

import os
import subprocess

import network
from commands import run, wait_until
from filters import METADATA

NEW_KEY = (
    "openssl", "req", "-x509", "-days", "2", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
)


class Cloud:
    """The fake, on the network of the host `aws`."""

    def __init__(self, address, region, bucket, server, place):
        self._address = address
        self._server = server
        self._place = place
        self._names = [
            f"{name}.{region}.amazonaws.com"
            for name in ("s3", f"{bucket}.s3", "ssm", "ec2", "sts", "ec2messages", "ssmmessages")
        ] + ["s3.amazonaws.com", f"{bucket}.s3.amazonaws.com", "sts.amazonaws.com"]

    @property
    def authority(self):
        """The certificate to trust."""
        return self._path("authority.crt")

    def hosts(self):
        """The lines of /etc/hosts that lead here."""
        return f"{self._address} {' '.join(self._names)}\n"

    def make_authority(self):
        """Creates a certificate authority; returns its certificate."""
        run(*NEW_KEY, "-subj", "/CN=rehearsal", "-keyout", self._path("authority.key"), "-out", self.authority)
        return self.authority

    def certify(self, name, *subjects):
        """Creates a certificate for these subjects; returns its file and that of its key."""
        certificate, key = self._path(f"{name}.crt"), self._path(f"{name}.key")
        run(
            *NEW_KEY, "-subj", f"/CN={name}", "-CA", self.authority, "-CAkey", self._path("authority.key"),
            "-addext", f"subjectAltName={','.join(subjects)}", "-addext", "basicConstraints=critical,CA:FALSE",
            "-keyout", key, "-out", certificate,
        )
        return certificate, key

    def start(self):
        """Starts the fake."""
        certificate, key = self.certify("aws", *(f"DNS:{name}" for name in self._names))
        self._listen(self._address, 443, "--ssl-cert", certificate, "--ssl-key", key)
        self._listen(METADATA, 80)

    def _listen(self, address, port, *options):
        log = open(self._path(f"aws-{port}.log"), "wb")
        subprocess.Popen(
            network.inside("aws", self._server, "--host", address, "--port", str(port), *options),
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )

        def answers():
            connect = f"</dev/tcp/{address}/{port}"
            probe = network.inside("aws", "bash", "-c", connect)
            return subprocess.run(probe, stderr=subprocess.DEVNULL, check=False).returncode == 0

        wait_until(f"{address} answers on port {port}", answers, 60)

    def _path(self, name):
        return os.path.join(self._place, name)
