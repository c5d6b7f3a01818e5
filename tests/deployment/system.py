"""The planned system: its hosts, the world around them, and what they share."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor

import filters
import network
from aws import Cloud
from commands import run
from filters import METADATA
from machine import Machine
from plan import Plan

# Addresses reserved for documentation stand for the world.
CLIENTS = "203.0.113.0/24"
CLIENT = "203.0.113.1"
OPERATOR = "198.51.100.10"
AWS = "198.51.100.20"

# Mount point of the database's volume, which outlives its instance.
VOLUME = "/var/lib/atelierex-database"


class System:
    """Everything that runs in the rehearsal."""

    def __init__(self, options):
        self.options = options
        self.place = options.place
        self.plan = Plan(options.plan)
        self.products = options.products
        self.machines = {}
        self.cloud = Cloud(AWS, self.plan.region, self.plan.bucket, options.moto, self.place)

    @property
    def shop(self):
        """Returns the address for clients."""
        return f"https://{self.instance('edge').address}"

    def instance(self, name):
        """Returns a planned instance by its name."""
        return next(instance for instance in self.plan.instances if instance.name == name)

    def of_kind(self, kind):
        """Returns the machines of a kind, in order."""
        kinds = {instance.name: instance.group for instance in self.plan.instances}
        return [machine for name, machine in self.machines.items() if kinds.get(name, name) == kind]

    def machine(self, name):
        """Returns a running machine by its name."""
        return self.machines[name]

    def connect(self):
        """Creates the network with the planned filters."""
        network.make_router()
        for instance in self.plan.instances:
            network.connect(instance.name, instance.address)
        network.connect("client", CLIENT, CLIENTS)
        network.connect("operator", OPERATOR)
        network.connect("aws", AWS, METADATA)
        filters.apply(self.plan)

    def start_cloud(self):
        """Starts the fake AWS, and sets it up as an administrator and `terraform apply` would."""
        self._make_common_files()
        self.cloud.start()
        objects = self._lay_out_objects()
        certificate, key = self.cloud.certify("edge", f"IP:{self.instance('edge').address}")
        binds = [(objects, "/srv/objects"), (self.options.exports, "/srv/exports")]
        operator = self._machine("operator", binds=[*binds, (certificate, "/srv/edge.crt"), (key, "/srv/edge.key")])
        operator.start()
        bucket = self.plan.bucket
        operator.run(f"aws s3 mb s3://{bucket} && aws s3 sync --quiet /srv/objects s3://{bucket}")
        for parameter, file in zip(self.plan.tls_parameters, ("/srv/edge.crt", "/srv/edge.key")):
            operator.run(f"aws ssm put-parameter --type SecureString --name {parameter} --value file://{file}")

    def boot(self):
        """Boots all planned hosts and waits for their user data."""
        servers = [instance.name for instance in self.plan.of_kind("server")]
        others = [instance.name for instance in self.plan.instances if instance.name not in servers]
        with ThreadPoolExecutor() as pool:
            list(pool.map(self.boot_one, others))
            # On AWS they boot at the same time, but not on the database's processors.
            list(pool.map(self.boot_one, servers))

    def boot_one(self, name):
        """Boots one planned host for the first time, with its user data."""
        machine = self._machine(name, self.instance(name).user_data, self._volumes(name))
        machine.start()
        machine.wait_for_user_data()

    def _machine(self, name, user_data=None, binds=()):
        machine = Machine(name, self.place, [self._common, self.options.root], user_data, binds)
        self.machines[name] = machine
        return machine

    def _volumes(self, name):
        if name != "database":
            return ()
        volume = os.path.join(self.place, "volume")
        os.makedirs(volume, exist_ok=True)
        return ((volume, VOLUME),)

    def new_volume(self):
        """Destroys the database's data."""
        shutil.rmtree(os.path.join(self.place, "volume"))

    def _make_common_files(self):
        """Adds to every host: the fake AWS, its certificate, and cloud-init's data source."""
        self._common = os.path.join(self.place, "common")
        work, root = os.path.join(self.place, "common-work"), os.path.join(self.place, "common-root")
        for folder in (self._common, work, root):
            os.makedirs(folder)
        layers = f"lowerdir={self.options.root},upperdir={self._common},workdir={work}"
        run("mount", "-t", "overlay", "-o", layers, "overlay", root)
        shutil.copy(self.cloud.make_authority(), f"{root}/usr/local/share/ca-certificates/rehearsal.crt")
        run("chroot", root, "update-ca-certificates")
        _write(f"{root}/etc/hosts", f"127.0.0.1 localhost\n{self.cloud.hosts()}")
        _write(
            f"{root}/etc/cloud/cloud.cfg.d/99-rehearsal.cfg",
            "datasource_list: [NoCloud]\nnetwork: {config: disabled}\nlocale: C.UTF-8\n",
        )
        _write(f"{root}/root/.aws/config", f"[default]\nregion = {self.plan.region}\n")
        run("umount", root)

    def _lay_out_objects(self):
        """Creates a folder with the planned objects of the bucket."""
        folder = os.path.join(self.place, "objects")
        os.makedirs(folder)
        for planned in self.plan.objects:
            path = os.path.join(folder, planned["key"])
            os.makedirs(os.path.dirname(path), exist_ok=True)
            shutil.copy(planned["source"], path)
        return folder


def _write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
