job "whoami" {
  datacenters = ["dc1"]
  group "demo" {
    count = 3
    network {
      port "http" { to = -1 }
    }
    service {
      name = "whoami-demo"
      port = "http"
      tags = [
        "traefik.enable=true",
        "traefik.http.routers.http.rule=Host(`whoami.example.com`) && PathPrefix(`/v1`)",
        "traefik.http.routers.http.tls.certresolver=letsencrypt",
      ]
    }
    task "server" {
      driver = "docker"
      env {
        WHOAMI_PORT_NUMBER = "${NOMAD_PORT_http}"
      }
      config {
        image = "traefik/whoami"
        ports = ["http"]
      }
    }
  }
}
