variable "artifacts" {
  description = "Where the programs are downloaded from."
  default     = "http://127.0.0.1:8081"
}

job "backserve" {
  datacenters = ["dc1"]
  type        = "service"

  group "backserve" {
    count = 3

    network {
      port "http" {}
    }

    service {
      name = "backserve"
      port = "http"

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
        args    = ["local/backserve.mjs"]
      }

      env {
        NODE_NAME = "${node.unique.name}"
      }

      artifact {
        source = "${var.artifacts}/backserve.mjs"
      }

      resources {
        cpu    = 50
        memory = 64
      }
    }
  }
}
