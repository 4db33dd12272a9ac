job "countdash" {
  datacenters = ["dc1"]

  group "api" {
    network {
      mode = "bridge"
    }
    service {
      name = "count-api"
      port = "9001"
      connect {
        sidecar_service {}
      }
    }
    task "web" {
      driver = "docker"
      config {
        image = "counter-api:v3"
      }
    }
  }

  group "dashboard" {
    network {
      mode = "bridge"
      port "http" {
        static = 9002
        to     = 9002
      }
    }
    service {
      name = "count-dashboard"
      port = "http"
      connect {
        sidecar_service {
          tags = ["mesh"]
          proxy {
            local_service_address = "127.0.0.1"
            upstreams {
              destination_name = "count-api"
              local_bind_port  = 8080
              datacenter       = "dc1"
              mesh_gateway {
                mode = "local"
              }
            }
            expose {
              path {
                path            = "/metrics"
                protocol        = "http"
                local_path_port = 9102
                listener_port   = "metrics"
              }
            }
            config {
              local_connect_timeout_ms = 3000
            }
          }
        }
        sidecar_task {
          resources {
            cpu    = 500
            memory = 1024
          }
          env {
            LOG = "debug"
          }
          logs {
            max_files = 3
          }
          shutdown_delay = "3s"
          kill_timeout   = "10s"
        }
      }
    }
    task "dashboard" {
      driver = "docker"
      env {
        COUNTING_SERVICE_URL = "http://${NOMAD_UPSTREAM_ADDR_count_api}"
      }
      config {
        image = "counter-dashboard:v3"
      }
    }
  }
}
