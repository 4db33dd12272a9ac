variable "repository" {
  description = "The git repository of the site."
  type        = string
}

variable "ref" {
  description = "The branch, tag or commit of it."
  default     = "main"
}

job "blog" {
  datacenters = ["dc1"]
  type        = "service"

  update {
    max_parallel     = 1
    health_check     = "checks"
    min_healthy_time = "2s"
  }

  group "server" {
    count = 2

    network {
      port "http" {}
    }

    service {
      name = "blog"
      port = "http"

      route {
        host = "blog.localhost"
      }

      check {
        type     = "http"
        path     = "/"
        interval = "2s"
        timeout  = "1s"
      }
    }

    task "hugo" {
      driver = "raw_exec"

      artifact {
        source      = "git::${var.repository}"
        destination = "local/blog"
        options {
          ref   = var.ref
          depth = "1"
        }
      }

      env {
        HUGO_ALLOC_ID = "${NOMAD_ALLOC_ID}"
      }

      config {
        command = "hugo"
        args = [
          "server",
          "--source=local/blog",
          "--bind=${NOMAD_IP_http}",
          "--port=${NOMAD_PORT_http}",
          "--baseURL=/",
          "--appendPort=false",
          "--disableLiveReload",
          "--watch=false",
        ]
      }

      resources {
        cpu    = 100
        memory = 128
      }
    }
  }
}
