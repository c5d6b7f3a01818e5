# Prometheus with the repository's rules, and Grafana with its dashboards. Nothing reaches this machine from outside:
# Session Manager forwards its ports (output "tunnels").

module "host" {
  source            = "../host"
  host              = var.host
  kind              = "monitoring"
  instance_type     = var.instance_type
  root_volume_gib   = 20
  security_group_id = var.security_group_id
  settings_file     = "/etc/atelierex/monitoring.local.env"
  packages          = concat(["atelierex-monitoring"], var.grafana ? ["grafana"] : [])

  machines = {
    monitoring = {
      subnet_id = var.subnet.id
      address   = var.address
      settings = {
        PROMETHEUS_EDGE     = "${var.edge}:9113"
        PROMETHEUS_EDGE_LOG = "${var.edge}:3903"
        PROMETHEUS_LISTEN   = "127.0.0.1:9090"
        PROMETHEUS_POSTGRES = "${var.database}:9187"
        PROMETHEUS_SERVERS  = join(" ", [for address in var.servers : "${address}:3090"])
      }
    }
  }

  commands = concat(
    [
      "/usr/local/sbin/atelierex-packages --idle ${var.host.version}",
      "systemctl disable prometheus.service",
      "systemctl enable --now atelierex-prometheus.service",
    ],
    var.grafana ? ["systemctl enable --now grafana-server.service"] : [],
  )
}
