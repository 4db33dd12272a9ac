job "haproxy" {
  region      = "global"
  datacenters = ["dc1"]
  type        = "service"
  group "haproxy" {
    count = 1
    network {
      port "http" { static = 8080 }
      port "haproxy_ui" { static = 1936 }
    }
    service {
      name = "haproxy"
      check {
        name     = "alive"
        type     = "tcp"
        port     = "http"
        interval = "10s"
        timeout  = "2s"
      }
    }
    task "haproxy" {
      driver = "docker"
      config {
        image        = "haproxy:2.0"
        network_mode = "host"
        volumes      = ["local/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg"]
      }
      template {
        data = <<EOF
backend http_back
    balance roundrobin
    server-template mywebapp 10 _demo-webapp._tcp.service.consul resolvers consul resolve-opts allow-dup-ip resolve-prefer ipv4 check
resolvers consul
    nameserver consul 127.0.0.1:8600
EOF
        destination = "local/haproxy.cfg"
      }
    }
  }
}
