job "api" {
  datacenters = ["dc1"]
  update {
    max_parallel      = 2
    health_check      = "checks"
    min_healthy_time  = "10s"
    healthy_deadline  = "3m"
    progress_deadline = "8m"
    auto_revert       = true
    auto_promote      = true
    canary            = 1
    stagger           = "30s"
  }
  group "api" {
    count = 5
    network {
      port "http" {}
    }
    service {
      name        = "api"
      port        = "http"
      tags        = ["live"]
      canary_tags = ["canary"]
      canary_meta {
        stage = "canary"
      }
      meta {
        stage = "live"
      }
      check {
        type     = "http"
        path     = "/ready"
        interval = "5s"
        timeout  = "1s"
        check_restart {
          limit           = 3
          grace           = "30s"
          ignore_warnings = false
        }
      }
    }
    task "api" {
      driver = "docker"
      config {
        image = "api:7"
        ports = ["http"]
      }
      shutdown_delay = "5s"
    }
  }
}
