"""Terraform's plan: hosts with their addresses and user data, and the allowed paths."""

import base64
import gzip
import json
from dataclasses import dataclass

from commands import Failure


@dataclass(frozen=True)
class Instance:
    """A planned EC2 instance. The name of its security group, `group`, is the kind of host."""

    name: str
    group: str
    address: str
    user_data: str


@dataclass(frozen=True)
class Rule:
    """A planned rule of a security group. Its peers are another group or networks."""

    group: str
    incoming: bool
    protocol: str
    first_port: int
    last_port: int
    peer_group: str | None
    peer_networks: tuple[str, ...]


class Plan:
    """The parts of `terraform show -json PLAN` from which the rehearsal creates its hosts."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        self._configuration = content["configuration"]["root_module"]
        self._resources = list(_resources(content["planned_values"]["root_module"]))
        self.instances = self._read_instances()
        self.rules = [self._read_rule(rule) for rule in self._of_type("aws_security_group_rule")]
        self.bucket = next(iter(self._of_type("aws_s3_bucket")))["values"]["bucket"]
        self.objects = [thing["values"] for thing in self._of_type("aws_s3_bucket_object")]
        variables = {name: variable.get("value") for name, variable in content["variables"].items()}
        self.region = variables["region"]
        self.version = variables["package_version"]
        self.tls_parameters = (variables["tls_certificate_parameter"], variables["tls_key_parameter"])

    def of_kind(self, kind):
        """Returns the planned instances of a kind, in order."""
        return [instance for instance in self.instances if instance.group == kind]

    def _of_type(self, kind):
        return [resource for resource in self._resources if resource["type"] == kind]

    def _read_instances(self):
        planned = self._of_type("aws_instance")
        groups = [self._group(instance, "vpc_security_group_ids") for instance in planned]
        instances = []
        for instance, group in zip(planned, groups):
            several = groups.count(group) > 1
            number = sum(other.group == group for other in instances) + 1
            values = instance["values"]
            instances.append(
                Instance(
                    name=f"{group}-{number}" if several else group,
                    group=group,
                    address=_known(instance, "private_ip"),
                    user_data=_user_data(values) or _known(instance, "user_data"),
                )
            )
        return instances

    def _read_rule(self, rule):
        values = rule["values"]
        networks = values.get("cidr_blocks")
        return Rule(
            group=self._group(rule, "security_group_id"),
            incoming=values["type"] == "ingress",
            protocol=values["protocol"],
            first_port=int(values["from_port"]),
            last_port=int(values["to_port"]),
            peer_group=None if networks else self._group(rule, "source_security_group_id"),
            peer_networks=tuple(networks or ()),
        )

    def _group(self, resource, argument):
        """Follows an argument through modules and outputs to the security group that it names."""
        modules = [part for part in resource["module_path"]]
        module = self._module(modules)
        kept = next(
            entry for entry in module["resources"]
            if entry["type"] == resource["type"] and entry["name"] == resource["name"]
        )
        return self._follow(modules, kept["expressions"][argument]["references"])

    def _follow(self, modules, references):
        kind, _, name = references[0].partition(".")
        name = name.split(".")[0].split("[")[0]
        if kind == "aws_security_group":
            return name
        if kind == "var":
            call = self._module(modules[:-1])["module_calls"][modules[-1]]
            return self._follow(modules[:-1], call["expressions"][name]["references"])
        if kind == "module":
            output = references[0].split(".")[2].split("[")[0]
            expression = self._module([*modules, name])["outputs"][output]["expression"]
            return self._follow([*modules, name], expression["references"])
        raise Failure(f"the plan names a security group by {references[0]}, which the rehearsal cannot follow")

    def _module(self, path):
        module = self._configuration
        for name in path:
            module = module["module_calls"][name]["module"]
        return module


def _resources(module, path=()):
    for resource in module.get("resources", []):
        if resource["mode"] == "managed":
            yield {**resource, "module_path": path}
    for child in module.get("child_modules", []):
        name = child["address"].rpartition("module.")[2].split("[")[0]
        yield from _resources(child, (*path, name))


def _user_data(values):
    if values.get("user_data_base64"):
        content = base64.b64decode(values["user_data_base64"])
        return (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode()
    return values.get("user_data")


def _known(instance, name):
    value = instance["values"].get(name)
    if value is None:
        raise Failure(f"{instance['address']}: {name} is not known in the plan, so its host cannot be rehearsed")
    return value
