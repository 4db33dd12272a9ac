job "native" {
  datacenters = ["dc1"]
  group "generator" {
    network {
      port "api" {}
    }
    service {
      name = "uuid-api"
      port = "api"
      task = "generate"
      connect {
        native = true
      }
    }
    task "generate" {
      driver = "docker"
      config {
        image        = "uuid-api:v5"
        network_mode = "host"
      }
      env {
        BIND = "0.0.0.0"
        PORT = "${NOMAD_PORT_api}"
      }
    }
  }
}
