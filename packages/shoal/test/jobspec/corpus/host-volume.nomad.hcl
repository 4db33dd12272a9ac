job "grafana" {
  datacenters = ["dc1"]
  group "grafana" {
    volume "grafana" {
      type   = "host"
      source = "grafana-data"
      sticky = true
    }
    network {
      port "http" { static = 3000 }
    }
    task "grafana" {
      driver = "docker"
      user   = "472"
      config {
        image = "grafana/grafana:10.2.0"
        ports = ["http"]
      }
      volume_mount {
        volume        = "grafana"
        destination   = "/var/lib/grafana"
        selinux_label = "Z"
      }
      env {
        GF_SERVER_ROOT_URL         = "https://grafana.example.com"
        GF_AUTH_ANONYMOUS_ENABLED  = true
        GF_SERVER_HTTP_PORT        = 3000
      }
    }
  }
}
