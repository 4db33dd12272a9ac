job "traefik" {
  datacenters = ["dc1"]
  type        = "service"
  group "traefik" {
    network {
      port "web" { static = 80 }
      port "websecure" { static = 443 }
      port "admin" { static = 8081 }
    }
    service {
      name     = "traefik"
      provider = "nomad"
      port     = "web"
    }
    task "server" {
      driver = "docker"
      config {
        image = "traefik:v3.0"
        ports = ["admin", "web", "websecure"]
        args = [
          "--api.dashboard=true",
          "--api.insecure=true",
          "--entrypoints.web.address=:${NOMAD_PORT_web}",
          "--providers.nomad=true",
          "--providers.nomad.endpoint.address=http://${NOMAD_IP_web}:4646",
        ]
      }
    }
  }
}
