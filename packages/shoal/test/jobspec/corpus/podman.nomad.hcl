job "pod" {
  datacenters = ["dc1"]
  group "pod" {
    network {
      port "redis" { to = 6379 }
    }
    task "redis" {
      driver = "podman"
      config {
        image = "docker.io/library/redis:7"
        ports = ["redis"]
        tmpfs = ["/var"]
        socket = "app1"
      }
    }
  }
}
