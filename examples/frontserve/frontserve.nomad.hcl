variable "artifacts" {
  description = "Where the programs are downloaded from."
  default     = "http://127.0.0.1:8081"
}

variable "dns" {
  description = "The agent's DNS, which knows where backserve runs."
  default     = "127.0.0.1:8600"
}

job "frontserve" {
  datacenters = ["dc1"]
  type        = "service"

  update {
    max_parallel     = 1
    health_check     = "checks"
    min_healthy_time = "2s"
    healthy_deadline = "1m"
  }

  group "frontserve" {
    count = 2

    network {
      port "http" {}
    }

    service {
      name = "frontserve"
      port = "http"

      # Served by the edge under this name, and under any other.
      route {
        host = "frontserve.localhost"
      }
      route {
        path = "/"
      }

      check {
        type     = "http"
        path     = "/health"
        interval = "2s"
        timeout  = "1s"
      }
    }

    restart {
      attempts = 10
      interval = "1m"
      delay    = "1s"
      mode     = "delay"
    }

    task "serve" {
      driver      = "raw_exec"
      kill_signal = "SIGTERM"

      config {
        command = "node"
        args    = ["local/frontserve.mjs"]
      }

      env {
        NODE_NAME  = "${node.unique.name}"
        DNS_SERVER = var.dns
      }

      artifact {
        source = "${var.artifacts}/frontserve.mjs"
      }

      resources {
        cpu    = 50
        memory = 64
      }
    }
  }
}
