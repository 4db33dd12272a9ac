job "node-exporter" {
  type        = "system"
  datacenters = ["*"]
  node_pool   = "all"
  priority    = 90
  update {
    max_parallel = 1
    stagger      = "15s"
  }
  group "exporter" {
    network {
      mode = "host"
      port "metrics" {
        static = 9100
      }
    }
    service {
      name = "node-exporter"
      port = "metrics"
      tags = ["prometheus"]
    }
    task "exporter" {
      driver = "docker"
      config {
        image        = "prom/node-exporter:v1.7.0"
        network_mode = "host"
        pid_mode     = "host"
        args         = ["--path.rootfs=/host"]
        volumes      = ["/:/host:ro,rslave"]
      }
    }
  }
}
