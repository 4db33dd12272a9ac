job "wiki" {
  datacenters = ["*"]
  type        = "service"

  group "wiki" {
    network {
      mode = "bridge"
      port "http" {
        static       = 80
        to           = 3000
        host_network = "public"
      }
    }

    task "wiki" {
      driver = "docker"
      config {
        image        = "wiki:2"
        ports        = ["http"]
        volumes      = ["local/settings:/etc/wiki", "/srv/wiki:/data"]
        entrypoint   = ["/bin/sh", "-c"]
        args         = ["exec /app/server --port 3000"]
        cap_add      = ["net_bind_service"]
        security_opt = ["no-new-privileges"]
        labels {
          team = "docs"
        }
        logging {
          type = "journald"
          config {
            tag = "wiki"
          }
        }
        mount {
          type     = "bind"
          source   = "local/nginx.conf"
          target   = "/etc/nginx/nginx.conf"
          readonly = true
        }
        mount {
          type   = "volume"
          source = "wiki-cache"
          target = "/cache"
          volume_options {
            no_copy = false
          }
        }
        ulimit {
          nofile = "65536:65536"
        }
        sysctl = {
          "net.core.somaxconn" = "1024"
        }
      }
    }
  }
}
