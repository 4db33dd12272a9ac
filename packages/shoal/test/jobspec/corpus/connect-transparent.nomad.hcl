job "tproxy" {
  datacenters = ["dc1"]
  group "api" {
    consul {
      cluster   = "default"
      namespace = "prod"
      partition = "team-a"
    }
    network {
      mode = "bridge"
      port "health" {}
    }
    service {
      name = "api"
      port = "9001"
      identity {
        aud = ["consul.io"]
        ttl = "1h"
      }
      weights {
        passing = 5
        warning = 1
      }
      check {
        type     = "http"
        path     = "/health"
        port     = "health"
        expose   = true
        name     = "health"
        interval = "3s"
        timeout  = "1s"
      }
      connect {
        sidecar_service {
          disable_default_tcp_check = true
          meta {
            team = "a"
          }
          proxy {
            transparent_proxy {
              uid                    = "120"
              outbound_port          = 15002
              exclude_inbound_ports  = ["health", "9100"]
              exclude_outbound_ports = [53, 8600]
              exclude_outbound_cidrs = ["203.0.113.0/24"]
              exclude_uids           = ["1000"]
              no_dns                 = true
            }
          }
        }
      }
    }
    task "api" {
      driver = "docker"
      config {
        image = "api:1"
      }
    }
  }
}
