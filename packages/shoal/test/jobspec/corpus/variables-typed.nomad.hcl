variable "image" {
  type        = string
  description = "What to run"
  default     = "nginx"
  validation {
    condition     = strlen(var.image) > 0
    error_message = "The image must be named."
  }
}

variable "ports" {
  type = list(object({
    name = string
    port = number
  }))
  default = [
    { name = "http", port = 80 },
    { name = "https", port = 443 },
  ]
}

variable "limits" {
  type = map(number)
  default = {
    cpu    = 200
    memory = 128
  }
}

variable "token" {
  type      = string
  default   = ""
  sensitive = true
}

locals {
  name = "web-${var.image}"
  tags = [for p in var.ports : "port-${p.port}"]
}

job "typed" {
  datacenters = ["dc1"]
  name        = local.name
  group "web" {
    network {
      dynamic "port" {
        for_each = var.ports
        labels   = [port.value.name]
        content {
          to = port.value.port
        }
      }
    }
    service {
      name = "web"
      port = var.ports[0].name
      tags = local.tags
    }
    task "web" {
      driver = "docker"
      config {
        image = "${var.image}:latest"
        ports = var.ports[*].name
      }
      env {
        TOKEN = var.token
      }
      resources {
        cpu    = var.limits["cpu"]
        memory = lookup(var.limits, "memory", 64)
      }
    }
  }
}
