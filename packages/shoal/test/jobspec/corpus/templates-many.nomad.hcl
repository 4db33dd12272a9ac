job "templates" {
  datacenters = ["dc1"]
  group "g" {
    network {
      port "http" {}
    }
    task "nginx" {
      driver = "docker"
      config {
        image = "nginx"
        ports = ["http"]
        volumes = ["local:/etc/nginx/conf.d"]
      }
      template {
        data = <<EOF
upstream backend {
{{ range service "demo-webapp" }}
  server {{ .Address }}:{{ .Port }};
{{ else }}server 127.0.0.1:65535; # force a 502
{{ end }}
}
EOF
        destination   = "local/load-balancer.conf"
        change_mode   = "signal"
        change_signal = "SIGHUP"
      }
      template {
        data        = "{{ key \"config/app\" }}"
        destination = "local/app.json"
        change_mode = "script"
        change_script {
          command       = "/bin/reload"
          args          = ["-soft"]
          timeout       = "20s"
          fail_on_error = true
        }
        wait {
          min = "5s"
          max = "30s"
        }
        error_on_missing_key = true
        uid                  = 1000
        gid                  = 1000
        perms                = "600"
      }
      template {
        source      = "local/other.tpl"
        destination = "local/other"
        splay       = "10s"
        once        = true
        change_mode = "noop"
      }
      template {
        data = <<-EOH
          DB_USER={{ with nomadVar "nomad/jobs/templates" }}{{ .user }}{{ end }}
        EOH
        destination = "${NOMAD_SECRETS_DIR}/db.env"
        env         = true
      }
    }
  }
}
